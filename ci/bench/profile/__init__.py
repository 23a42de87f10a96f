"""Where the time of a request goes: stage by stage without a socket, and sampled under load.

The stages are taken with the server's own classes in the order in which they work. Bytes are fed to a connection as
the event loop would feed them, its transport takes every write at once, and the clock is read where the request passes
from one part to the next. So no system call, no other process and no waiting is in the figures. Of many short batches
the fastest counts, and of three processes the fastest: what is left is the work itself.
"""
