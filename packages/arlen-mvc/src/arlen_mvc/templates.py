"""HTML from Jinja2 templates: found by logical name, escaped by default, with errors that name file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .errors import Mistake, TemplateError

if TYPE_CHECKING:
    import jinja2

    from .context.incoming import Incoming


@lru_cache(maxsize=512)
def logical_file(name: str) -> str:
    """The file of a logical name below the template directory: ``users/show`` is ``users/show.html``."""
    path = name.replace("\\", "/").removeprefix("./").lstrip("/")
    return path if "." in path.rpartition("/")[2] else f"{path}.html"


class Templates:
    """The templates of one application. Jinja2 is loaded when the first one is."""

    __slots__ = ("_additions", "_default_layout", "_environment", "_reload", "root")

    def __init__(
        self, root: Path, *, reload: bool, default_layout: str = "", additions: Additions | None = None
    ) -> None:
        self.root = root
        self._reload = reload
        self._default_layout = default_layout
        self._additions = additions or Additions()
        self._environment: jinja2.Environment | None = None

    @property
    def environment(self) -> jinja2.Environment:
        """The Jinja2 environment behind it."""
        if self._environment is None:
            from .template_environment import make_environment

            self._environment = make_environment(self.root, self._reload)
            self._additions.add_to(self._environment)
        return self._environment

    def exists(self, name: str) -> bool:
        """Whether there is such a template file."""
        file = logical_file(name)
        return ".." not in file.split("/") and (self.root / file).is_file()

    def render(
        self, ctx: Incoming, name: str, context: Mapping[str, Any] | None, layout: str | None, values: Mapping[str, Any]
    ) -> str:
        """The text of a template; with a layout, the layout's text with the page as safe ``content``.

        Without ``context`` the request's stash is visible. ``layout=""`` means none.

        Raises:
            TemplateError: with code, file and line.
        """
        visible = context if context is not None else _visible_stash(ctx)
        locals_ = {**_shortcuts(ctx), **visible, **values}
        layout = self._default_layout if layout is None else layout
        text = self._render_file(name, locals_)
        if not layout:
            return text
        from markupsafe import Markup

        return self._render_file(layout, {**locals_, "content": Markup(text)})

    def _render_file(self, name: str, locals_: Mapping[str, Any]) -> str:
        file = logical_file(name)
        try:
            return self.environment.get_template(file).render(locals_)
        except Exception as error:
            raise self.explain(error, file) from error

    def explain(self, error: Exception, file: str) -> TemplateError:
        """What went wrong, and in which file and line."""
        import jinja2

        match error:
            case TemplateError():
                return error
            case jinja2.TemplateNotFound():
                missing = str(error.name or error.message)
                path, line = self._place(error.__traceback__)
                wanted = f", wanted by {path}:{line}" if line else ""
                message = f"template {missing!r} not found in {self.root}{wanted}"
                return TemplateError(message, code="template_not_found", path=path if line else missing, line=line)
            case jinja2.TemplateSyntaxError():
                path = error.filename or file
                message = f"{path}:{error.lineno}: {error.message}"
                return TemplateError(message, code="template_syntax", path=path, line=error.lineno)
            case OSError() if error.filename is not None and str(error.filename).startswith(str(self.root)):
                return TemplateError(
                    f"{error.filename}: {error.strerror}", code="template_io", path=str(error.filename)
                )
        path, line = self._place(error.__traceback__)
        place = f"{path}:{line}" if line else str(self.root / file)
        message = f"{place}: {type(error).__name__}: {error}"
        return TemplateError(message, code="template_execution_failed", path=path or str(self.root / file), line=line)

    def _place(self, traceback: TracebackType | None) -> tuple[str, int | None]:
        """The innermost template line of a traceback (Jinja2 puts template files into its frames)."""
        found: tuple[str, int | None] = ("", None)
        root = str(self.root)
        while traceback is not None:
            file = traceback.tb_frame.f_code.co_filename
            if file.startswith(root):
                found = (file, traceback.tb_lineno)
            traceback = traceback.tb_next
        return found

    def find_mistakes(self) -> Iterator[Mistake]:
        """Compile every template; yield those that are malformed or refer by a constant name to one that is missing."""
        if not self.root.is_dir():
            return
        from .template_check import find_mistakes

        yield from find_mistakes(self.environment, self.root)


class Additions:
    """Globals, filters and tests that the application adds to its templates."""

    __slots__ = ("filters", "globals", "tests")

    def __init__(self) -> None:
        self.globals: dict[str, Any] = {}
        self.filters: dict[str, Callable[..., Any]] = {}
        self.tests: dict[str, Callable[..., Any]] = {}

    def add_to(self, environment: jinja2.Environment) -> None:
        environment.globals.update(self.globals)
        environment.filters.update(self.filters)
        environment.tests.update(self.tests)


def _shortcuts(ctx: Incoming) -> dict[str, Any]:
    return {"ctx": ctx, "request": ctx.request, "url_for": ctx.url_for, "static_url": ctx.static_url}


def _visible_stash(ctx: Incoming) -> Mapping[str, Any]:
    return {name: value for name, value in ctx.stash.items() if not name.startswith("arlen.") and name != "request_id"}
