"""The pages that stand in for an application which cannot answer: why its build failed, or that it still builds."""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from .failure import BuildFailure


@cache
def asset(name: str) -> str:
    """The text of a file that ships with this package."""
    return (files(__package__) / "assets" / name).read_text("utf-8")


def failure_page(failure: BuildFailure) -> str:
    """The failure as an HTML document; everything that came from the application is escaped."""
    return _document("Boomhauer Build Error", "Boomhauer Build Failed", "".join(_failure_parts(failure)))


def waiting_page() -> str:
    """The news that a build takes long, as an HTML document."""
    news = '<p class="message">The application is being built.</p>'
    return _document("Boomhauer", "Boomhauer", news + _hope("This page reloads by itself when it is ready."))


def _failure_parts(failure: BuildFailure) -> Iterator[str]:
    yield f'<p class="message">{html.escape(failure.message)}</p>'
    if failure.place:
        yield f'<p class="place"><code>{html.escape(str(failure.place))}</code></p>'
    if failure.snippet:
        yield f'<div class="source"><pre>{"".join(map(_source_line, failure.snippet.splitlines()))}</pre></div>'
    if failure.output:
        yield _block("Output", failure.output, "open")
    if failure.warnings:
        yield _block(f"Warnings ({len(failure.warnings)})", "\n".join(failure.warnings), "")
    facts = {
        "Severity": failure.severity,
        "Stage": failure.stage,
        "Command": failure.command,
        "Exit code": failure.exit_code,
    }
    yield (
        "<dl>" + "".join(f"<dt>{name}</dt><dd>{html.escape(str(fact))}</dd>" for name, fact in facts.items()) + "</dl>"
    )
    yield _hope("Save the mended file: the application comes back, and this page with it.")


def _source_line(line: str) -> str:
    mark = ' class="culprit"' if line.startswith(">") else ""
    return f"<span{mark}>{html.escape(line)}</span>"


def _block(title: str, text: str, state: str) -> str:
    return f"<details {state}><summary>{title}</summary><pre>{html.escape(text)}</pre></details>"


def _hope(text: str) -> str:
    return f'<p class="hope">{text}</p>'


def _document(title: str, heading: str, content: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{asset('page.css')}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{heading}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    )
