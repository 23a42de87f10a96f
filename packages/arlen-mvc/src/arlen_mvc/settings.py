"""Every configuration key that the application reads, with its default; one frozen dataclass per table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from arlen_config import Config
from arlen_http import ServerSettings

from .api.settings import APIHelperSettings
from .auth.settings import AuthSettings
from .browser.cors_settings import CORSSettings
from .browser.settings import SecurityHeaderSettings
from .cluster.settings import ClusterSettings
from .csrf.settings import CSRFSettings
from .error_pages.settings import ErrorSettings
from .observability.settings import ObservabilitySettings
from .openapi.settings import OpenAPISettings
from .plugins import PluginSettings
from .profiles import PROFILES
from .rate_limits.settings import RateLimitSettings
from .sessions.settings import CompatibilitySettings, SessionSettings
from .translations.settings import LocalisationSettings

EXTENSIONS = (
    "css", "js", "json", "txt", "html", "htm", "svg", "png", "jpg", "jpeg", "gif", "ico", "webp", "woff", "woff2",
    "map", "xml",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StaticMountSettings:
    """One ``[[static_mounts]]`` entry."""

    prefix: str = field(metadata={"doc": "where the files appear, such as /assets"})
    directory: str = field(metadata={"doc": "where they are, relative to the application root"})
    allow_extensions: tuple[str, ...] = field(default=(), metadata={"doc": "served extensions; empty: the usual ones"})
    cache_control: str = field(default="", metadata={"doc": "value of the Cache-Control field; empty sends none"})
    immutable: str = field(
        default="",
        metadata={
            "doc": "names of files that never change: a regular expression, or hashed for names with a content hash, "
            "such as app.3f2a1b9c.js"
        },
    )
    fallback: str = field(
        default="", metadata={"doc": "file, such as index.html, that answers browsers where there is no file"}
    )
    media_types: Mapping[str, str] | None = field(
        default=None, metadata={"doc": "content types by extension, before the usual ones"}
    )


@dataclass(frozen=True, slots=True)
class ApplicationSettings:
    """The root table. ``None`` means: decided by the environment (:meth:`resolved`)."""

    log_format: str | None = field(
        default=None,
        metadata={
            "env": "ARLEN_LOG_FORMAT",
            "choices": ("text", "json"),
            "doc": "text or json; by default text in development, json elsewhere",
        },
    )
    log_level: str | None = field(
        default=None,
        metadata={
            "env": "ARLEN_LOG_LEVEL",
            "choices": ("debug", "info", "warn", "error"),
            "aliases": {"warning": "warn"},
            "doc": "debug, info, warn or error; by default debug in development, info elsewhere",
        },
    )
    security_profile: str = field(
        default="balanced",
        metadata={
            "env": "ARLEN_SECURITY_PROFILE",
            "choices": tuple(PROFILES),
            "doc": "balanced; strict: sessions and CSRF protection; edge: proxies in private networks are believed",
        },
    )
    api_only: bool = field(
        default=False, metadata={"env": "ARLEN_API_ONLY", "doc": "answer JSON everywhere; serve no static files"}
    )
    performance_logging: bool | None = field(
        default=None,
        metadata={"env": "ARLEN_PERFORMANCE_LOGGING", "doc": "timing headers and timings in the request log"},
    )
    serve_static: bool | None = field(
        default=None,
        metadata={"env": "ARLEN_SERVE_STATIC", "doc": "serve public/ at /static; by default in development"},
    )
    runtime_invocation_mode: str = field(
        default="cached",
        metadata={
            "env": "ARLEN_RUNTIME_INVOCATION_MODE",
            "choices": ("cached", "selector"),
            "doc": "cached: actions of controllers as they are at start; selector: looked up by name for every request",
        },
    )
    static_allow_extensions: tuple[str, ...] = field(
        default=EXTENSIONS,
        metadata={"env": "ARLEN_STATIC_ALLOW_EXTENSIONS", "doc": "extensions that static mounts serve"},
    )
    static_mounts: tuple[StaticMountSettings, ...] = field(
        default=(), metadata={"doc": "further directories of static files"}
    )


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """``[routing]``"""

    trailing_slash: str = field(
        default="ignore",
        metadata={
            "env": "ARLEN_ROUTING_TRAILING_SLASH",
            "choices": ("ignore", "redirect", "strict"),
            "doc": "what /users/ means when /users is registered: ignore, redirect or strict",
        },
    )
    route_compile_warnings_as_errors: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_ROUTING_ROUTE_COMPILE_WARNINGS_AS_ERRORS",
            "doc": "refuse to start when a route can never be reached",
        },
    )


@dataclass(frozen=True, slots=True)
class TemplateSettings:
    """``[templates]``"""

    directory: str = field(default="templates", metadata={"doc": "relative to the application root"})
    default_layout: str = field(
        default="", metadata={"doc": "layout of every page that names none, such as layouts/main"}
    )
    precompile: bool | None = field(
        default=None, metadata={"doc": "compile every template at start; by default in production"}
    )
    compiled: str = field(
        default="",
        metadata={
            "doc": "directory, relative to the application root, with the compiled templates that production may use; "
            "empty: none"
        },
    )
    strict_locals: bool = field(
        default=False, metadata={"env": "ARLEN_TEMPLATES_STRICT_LOCALS", "doc": "a missing name fails the page"}
    )
    strict_stringify: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_TEMPLATES_STRICT_STRINGIFY",
            "doc": "bytes, containers and plain objects cannot be shown",
        },
    )
    sandboxed: bool = field(
        default=False,
        metadata={"doc": "Jinja2's sandbox, for templates that users may edit; without request, session and ctx"},
    )


_SECTIONS: Mapping[str, tuple[type[Any], ...]] = MappingProxyType(
    {
        "": (ServerSettings, ApplicationSettings),
        "routing": (RoutingSettings,),
        "templates": (TemplateSettings,),
        "i18n": (LocalisationSettings,),
        "errors": (ErrorSettings,),
        "security_headers": (SecurityHeaderSettings,),
        "session": (SessionSettings,),
        "csrf": (CSRFSettings,),
        "compatibility": (CompatibilitySettings,),
        "observability": (ObservabilitySettings,),
        "cluster": (ClusterSettings,),
        "rate_limit": (RateLimitSettings,),
        "cors": (CORSSettings,),
        "api_helpers": (APIHelperSettings,),
        "plugins": (PluginSettings,),
        "auth": (AuthSettings,),
        "openapi": (OpenAPISettings,),
    }
)


def application_sections() -> Mapping[str, tuple[type[Any], ...]]:
    """Table name (``""`` is the root table) to the dataclasses that declare its keys."""
    return _SECTIONS


@dataclass(frozen=True, slots=True)
class Settings:
    """All tables of one application, with nothing left to decide."""

    environment: str
    root: Path
    server: ServerSettings
    application: ApplicationSettings
    routing: RoutingSettings
    templates: TemplateSettings
    i18n: LocalisationSettings
    errors: ErrorSettings
    security_headers: SecurityHeaderSettings
    session: SessionSettings
    csrf: CSRFSettings
    compatibility: CompatibilitySettings
    observability: ObservabilitySettings
    cluster: ClusterSettings
    rate_limit: RateLimitSettings
    cors: CORSSettings
    api_helpers: APIHelperSettings
    plugins: PluginSettings
    auth: AuthSettings
    openapi: OpenAPISettings

    @classmethod
    def read(cls, config: Config, root: Path) -> Settings:
        """The typed tables of a loaded configuration.

        Raises:
            arlen_config.ConfigError: a value has the wrong type or is out of range.
        """
        environment = config.environment
        application = config.section("", ApplicationSettings)
        templates = config.section("templates", TemplateSettings)
        profile = PROFILES[application.security_profile]
        session = config.section("session", SessionSettings).resolved(profile.sessions, environment == "production")
        development = environment == "development"
        verbose = development and not application.api_only
        return cls(
            environment=environment,
            root=root,
            server=profile.server_settings(config),
            application=replace(
                application,
                log_format=application.log_format or ("text" if verbose else "json"),
                log_level=application.log_level or ("debug" if development else "info"),
                performance_logging=_decided(application.performance_logging, development),
                serve_static=_decided(application.serve_static, verbose),
                static_allow_extensions=application.static_allow_extensions or EXTENSIONS,
            ),
            routing=config.section("routing", RoutingSettings),
            templates=replace(templates, precompile=_decided(templates.precompile, environment == "production")),
            i18n=config.section("i18n", LocalisationSettings),
            errors=config.section("errors", ErrorSettings),
            security_headers=config.section("security_headers", SecurityHeaderSettings),
            session=session,
            csrf=config.section("csrf", CSRFSettings).resolved(bool(session.enabled)),
            compatibility=config.section("compatibility", CompatibilitySettings),
            observability=config.section("observability", ObservabilitySettings),
            cluster=config.section("cluster", ClusterSettings).resolved(),
            rate_limit=config.section("rate_limit", RateLimitSettings),
            cors=config.section("cors", CORSSettings),
            api_helpers=config.section("api_helpers", APIHelperSettings),
            plugins=config.section("plugins", PluginSettings),
            auth=config.section("auth", AuthSettings),
            openapi=config.section("openapi", OpenAPISettings).resolved(environment),
        )


def _decided(value: bool | None, default: bool) -> bool:
    return default if value is None else value
