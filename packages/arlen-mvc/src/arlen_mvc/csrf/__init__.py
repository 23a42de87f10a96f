"""Protection against requests that another site makes a browser send (cross-site request forgery)."""

from .exemption import csrf_exempt

__all__ = ["csrf_exempt"]
