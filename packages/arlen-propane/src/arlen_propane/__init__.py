"""Production process manager for Arlen and ASGI applications."""

from .errors import AppTargetError, ArlenPropaneError
from .settings import PropaneAccessories

__all__ = ["AppTargetError", "ArlenPropaneError", "PropaneAccessories"]
