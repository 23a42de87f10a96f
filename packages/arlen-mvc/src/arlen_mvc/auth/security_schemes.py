"""What a route requires of its caller, as the OpenAPI document says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bearer import Bearer
from .protection import Protection
from .scheme import Anyone

if TYPE_CHECKING:
    from .authenticator import Authenticator


@dataclass(frozen=True, slots=True)
class Security:
    """``requirements`` is the ``security`` of an operation: each entry alone is enough, and ``{}`` means nobody.

    ``schemes`` is its part of ``components.securitySchemes``.
    """

    requirements: tuple[Mapping[str, list[str]], ...] = ()
    schemes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def describe_security(protection: Protection, authenticator: Authenticator) -> Security:
    """The requirements of a route, empty where everybody is let in. Scopes are those of the route, for every scheme."""
    if not protection:
        return Security()
    schemes = protection.schemes or (Bearer(),)
    scopes = list(protection.required_scopes)
    known = [scheme for scheme in schemes if not isinstance(scheme, Anyone)]
    return Security(
        tuple({} if isinstance(scheme, Anyone) else {scheme.name: scopes} for scheme in schemes),
        {scheme.name: scheme.definition(authenticator) for scheme in known},
    )
