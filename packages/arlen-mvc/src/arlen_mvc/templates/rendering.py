"""The templates of an application, rendered for requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arlen_mvc.errors import Mistake, TemplateError

from .additions import Additions
from .names import logical_file
from .strictness import LENIENT, Strictness

if TYPE_CHECKING:
    import jinja2

    from arlen_mvc.context.incoming import Incoming
    from arlen_mvc.settings import Settings

    from .linting import TemplateLinter


class Templates:
    """The templates of one application. Jinja2 is loaded when the first one is.

    There is one environment for each strictness, so that renders with different ones share nothing that could tell.
    """

    __slots__ = (
        "_additions", "_compiled", "_default_environment", "_default_layout", "_environments", "_reload", "_sandboxed",
        "_shortcuts", "root", "strictness",
    )  # fmt: skip

    def __init__(
        self,
        root: Path,
        *,
        reload: bool,
        default_layout: str = "",
        additions: Additions | None = None,
        strictness: Strictness = LENIENT,
        sandboxed: bool = False,
        compiled: Path | None = None,
    ) -> None:
        self.root = root
        self.strictness = strictness
        self._reload = reload
        self._default_layout = default_layout
        self._additions = additions or Additions()
        self._sandboxed = sandboxed
        self._shortcuts = _harmless_shortcuts if sandboxed else _all_shortcuts
        self._compiled = compiled
        self._default_environment: jinja2.Environment | None = None
        self._environments: dict[Strictness, jinja2.Environment] = {}

    @classmethod
    def of(cls, settings: Settings, additions: Additions) -> Templates:
        """The templates that an application's settings describe."""
        table = settings.templates
        return cls(
            settings.root / table.directory,
            reload=settings.environment == "development",
            default_layout=table.default_layout,
            additions=additions,
            strictness=Strictness(table.strict_locals, table.strict_stringify),
            sandboxed=table.sandboxed,
            compiled=settings.root / table.compiled if table.compiled else None,
        )

    @property
    def environment(self) -> jinja2.Environment:
        """The Jinja2 environment behind it, for renders that ask for no strictness of their own."""
        if self._default_environment is None:
            self._default_environment = self.environment_for(self.strictness)
        return self._default_environment

    def environment_for(self, strictness: Strictness) -> jinja2.Environment:
        """The Jinja2 environment for renders of this strictness."""
        environment = self._environments.get(strictness)
        if environment is None:
            environment = self._environments[strictness] = self._make_environment(strictness)
        return environment

    def _make_environment(self, strictness: Strictness) -> jinja2.Environment:
        from .environment import make_environment

        environment = make_environment(self.root, self._reload, strictness, sandboxed=self._sandboxed)
        self._additions.add_to(environment)
        if self._compiled is not None and not self._reload:
            from .compiled import CompiledTemplates

            environment.bytecode_cache = CompiledTemplates(self._compiled, self.root, environment)
        return environment

    def exists(self, name: str) -> bool:
        """Whether there is such a template file."""
        file = logical_file(name)
        return ".." not in file.split("/") and (self.root / file).is_file()

    def render(
        self,
        ctx: Incoming,
        name: str,
        context: Mapping[str, Any] | None,
        layout: str | None,
        values: Mapping[str, Any],
        strictness: Strictness | None = None,
    ) -> str:
        """The text of a template; with a layout, the layout's text with the page as safe ``content``.

        Without ``context`` the request's stash is visible. ``layout=""`` means none.

        Raises:
            TemplateError: with code, file, line and column.
        """
        if not name or type(name) is not str:
            raise TemplateError(f"{name!r} is no template name", code="template_invalid_argument", path=str(name))
        environment = self.environment if strictness is None else self.environment_for(strictness)
        visible = context if context is not None else _visible_stash(ctx)
        locals_ = {**self._shortcuts(ctx), **visible, **values}
        layout = self._default_layout if layout is None else layout
        text = self._render_file(environment, name, locals_)
        if not layout:
            return text
        from markupsafe import Markup

        return self._render_file(environment, layout, {**locals_, "content": Markup(text)})

    def _render_file(self, environment: jinja2.Environment, name: str, locals_: Mapping[str, Any]) -> str:
        file = logical_file(name)
        try:
            return environment.get_template(file).render(locals_)
        except Exception as error:
            raise self.explain(error, file) from error

    def explain(self, error: Exception, file: str) -> TemplateError:
        """What went wrong, and in which file, line and column."""
        from .explaining import explained

        return explained(error, file, self.root, self.environment)

    def linter(self, *, csrf: bool = False, content_security_policy: str = "") -> TemplateLinter:
        """A linter that knows the filters, tests, globals and files of these templates."""
        from .linting import TemplateLinter

        return TemplateLinter(
            self.environment, self.root, csrf=csrf, content_security_policy=content_security_policy
        )  # fmt: skip

    def find_mistakes(self) -> Iterator[Mistake]:
        """Compile every template; yield what the linter finds wrong in them, warnings aside."""
        if not self.root.is_dir():
            return
        from .checking import find_mistakes

        yield from find_mistakes(self.environment, self.root)


def _all_shortcuts(ctx: Incoming) -> dict[str, Any]:
    return {"ctx": ctx, "request": ctx.request, "url_for": ctx.url_for, "static_url": ctx.static_url}


def _harmless_shortcuts(ctx: Incoming) -> dict[str, Any]:
    return {"url_for": ctx.url_for, "static_url": ctx.static_url}


def _visible_stash(ctx: Incoming) -> Mapping[str, Any]:
    return {name: value for name, value in ctx.stash.items() if not name.startswith("arlen.") and name != "request_id"}
