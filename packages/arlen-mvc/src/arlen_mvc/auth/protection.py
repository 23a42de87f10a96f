"""What a route requires of its caller, as it was written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from arlen_mvc.documentation import distinct

if TYPE_CHECKING:
    from .scheme import Scheme

Policy = Callable[..., Any]
"""``policy(principal)`` or ``policy(principal, ctx)``, sync or async; anything falsy refuses with 403."""


@dataclass(frozen=True, slots=True)
class Protection:
    """All of the scopes and all of the roles must be the caller's, and all of the policies must agree.

    ``schemes`` are the ways to identify oneself, the first one tried first; none means: those around the route, and
    bearer tokens where there are none either. ``open`` lets everybody in, whatever is required around the route.
    """

    required_scopes: tuple[str, ...] = ()
    required_roles: tuple[str, ...] = ()
    schemes: tuple[Scheme, ...] = ()
    policies: tuple[Policy, ...] = ()
    open: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Protection:
        """From the options of a route, a group or a controller: a scheme or several for ``auth``, ``None`` for open."""
        auth, policies = options.get("auth", ()), options.get("policies", ())
        return cls(
            distinct(options.get("required_scopes", ())),
            distinct(options.get("required_roles", ())),
            tuple(auth or ()) if isinstance(auth, (tuple, list, type(None))) else (auth,),
            (policies,) if callable(policies) else tuple(policies),
            open=auth is None,
        )

    def within(self, outer: Protection) -> Protection:
        """The same inside a group: requirements add up; the inner schemes, if there are any, replace the outer."""
        if self.open or outer == _NOTHING:
            return self
        return replace(
            self,
            required_scopes=distinct((*outer.required_scopes, *self.required_scopes)),
            required_roles=distinct((*outer.required_roles, *self.required_roles)),
            schemes=self.schemes or outer.schemes,
            policies=(*outer.policies, *self.policies),
            open=outer.open and not self,
        )

    def __bool__(self) -> bool:
        """Whether somebody has to be identified."""
        return not self.open and bool(self.required_scopes or self.required_roles or self.schemes or self.policies)


_NOTHING = Protection()
