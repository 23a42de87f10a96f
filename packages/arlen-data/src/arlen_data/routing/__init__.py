"""Which database a statement goes to: decisions without I/O, shared by the synchronous and the asynchronous router."""
