"""Application services behind small protocols: cache first."""

from .adapters.memory import MemoryCache
from .cache import Cache
from .errors import ArlenServicesError, CacheError
from .settings import CacheSettings

__version__ = "0.1.0"

__all__ = ["ArlenServicesError", "Cache", "CacheError", "CacheSettings", "MemoryCache"]
