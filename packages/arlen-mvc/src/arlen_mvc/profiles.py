"""Security profiles: defaults for whole kinds of applications, below whatever the configuration says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from arlen_config import Config, Origin
from arlen_http import ServerSettings

PRIVATE_NETWORKS = (
    "127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10", "unix",
)  # fmt: skip
"""Where the proxies of one's own house are: loopback, private networks, Unix sockets."""


@dataclass(frozen=True, slots=True)
class Profile:
    """``sessions``: whether requests have a session, and CSRF protection with it; ``trusted_proxies``: who is believed
    about the client's address."""

    sessions: bool = False
    trusted_proxies: tuple[str, ...] = ()

    def server_settings(self, config: Config) -> ServerSettings:
        """The server's settings; a configuration that says whom to trust is left alone."""
        settings = config.section("", ServerSettings)
        spoken = any(
            config.explain(key).source.origin is not Origin.DEFAULT for key in ("trusted_proxies", "trusted_proxy")
        )
        if spoken or not self.trusted_proxies:
            return settings
        defaults = replace(ServerSettings(), trusted_proxies=self.trusted_proxies)
        return config.section("", ServerSettings, defaults)


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "balanced": Profile(),
        "strict": Profile(sessions=True),
        "edge": Profile(trusted_proxies=PRIVATE_NETWORKS),
    }
)
