"""Application services behind small protocols: cache first."""

from .cache.memory import MemoryCache
from .cache.protocol import Cache
from .errors import ArlenServicesError, AttachmentError, CacheError
from .settings import CacheSettings

__version__ = "0.1.0"

__all__ = ["ArlenServicesError", "AttachmentError", "Cache", "CacheError", "CacheSettings", "MemoryCache"]
