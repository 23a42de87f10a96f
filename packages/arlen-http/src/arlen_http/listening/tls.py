"""The certificate of a server, and its renewal while the server runs."""

from __future__ import annotations

import ssl

from arlen_http import system
from arlen_http.errors import ServerStartError
from arlen_http.log import logger
from arlen_http.settings import TLSSettings

__all__ = ["Certificates"]

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

# What shows that a file has been written anew: its modification in nanoseconds, its inode and its size.
Stamp = tuple[int, int, int] | None


class Certificates:
    """The TLS context with which connections are accepted from now on.

    Attributes:
        context: a new one after every renewal; connections keep the one that they began with.

    Raises:
        ServerStartError: code ``invalid_tls``, naming the setting or the file.
    """

    def __init__(self, settings: TLSSettings) -> None:
        self._settings = settings
        self._files = [path for path in (settings.certificate, settings.key, settings.client_ca) if path]
        self._stamps = self._seen()
        self.context = context_of(settings)

    @classmethod
    def of(cls, settings: TLSSettings) -> Certificates | None:
        """Those that are configured; ``None`` without TLS.

        Raises:
            ServerStartError: code ``invalid_tls``.
        """
        if settings.certificate:
            return cls(settings)
        for name in ("key", "client_ca"):
            if getattr(settings, name):
                raise _invalid(f"tls.{name} is set without tls.certificate; name the certificate too", name)
        return None

    def reload(self) -> None:
        """Read the files again; a fault in them leaves the context as it is.

        Raises:
            ServerStartError: code ``invalid_tls``.
        """
        self._stamps = self._seen()
        self.context = context_of(self._settings)

    def refresh(self) -> None:
        """Reload if a file has changed; a fault is logged once and the old certificate stays in use."""
        if self._seen() == self._stamps:
            return
        try:
            self.reload()
        except ServerStartError as error:
            logger.warning("the renewed certificate is not used, the old one stays: %s", error)
        else:
            logger.info("the certificate %s has been renewed", self._settings.certificate)

    def _seen(self) -> list[Stamp]:
        return [_stamp(path) for path in self._files]


def context_of(settings: TLSSettings) -> ssl.SSLContext:
    """What the files hold, for HTTP/1.1 over TLS (RFC 7301 for the protocol's name).

    Raises:
        ServerStartError: code ``invalid_tls``.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    version = _VERSIONS.get(settings.minimum_version)
    if version is None:
        raise _invalid(f'tls.minimum_version: "{settings.minimum_version}" is neither 1.2 nor 1.3', "minimum_version")
    context.minimum_version = version
    context.set_alpn_protocols(["http/1.1"])
    certificate, key = settings.certificate, settings.key or settings.certificate
    _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), "certificate", certificate)
    _check_readable("key", key)
    try:
        context.load_cert_chain(certificate, key, password=settings.password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            fault = f"does not belong to the certificate {certificate}"
        else:
            fault = "is not a private key in PEM form that tls.password opens"
        raise _invalid(f"tls.key: {key} {fault}", "key", key) from error
    if settings.client_ca:
        _trust(context, "client_ca", settings.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _trust(context: ssl.SSLContext, name: str, path: str) -> None:
    _check_readable(name, path)
    try:
        context.load_verify_locations(path)
    except ssl.SSLError as error:
        raise _invalid(f"tls.{name}: {path} holds no certificate in PEM form", name, path) from error


def _check_readable(name: str, path: str) -> None:
    try:
        system.open_file(path).close()
    except OSError as error:
        raise _invalid(f"tls.{name}: cannot read {path}: {error.strerror or error}", name, path) from error


def _stamp(path: str) -> Stamp:
    try:
        found = system.status_of_path(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _invalid(message: str, setting: str, path: str = "") -> ServerStartError:
    return ServerStartError(message, code="invalid_tls", details={"setting": f"tls.{setting}", "file": path})
