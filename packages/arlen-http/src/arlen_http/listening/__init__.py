"""Where the server listens, and what a connection goes through before its first request."""

from .addresses import bound_sockets, url_of, urls_of

__all__ = ["bound_sockets", "url_of", "urls_of"]
