"""Other applications and files below a prefix, and the application as an ASGI server sees it."""
