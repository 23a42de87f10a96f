"""What a model can do for the framework, whichever library it is made with."""

from __future__ import annotations

from typing import Any, Protocol

from arlen_mvc.operations import Components, Schema

BOUNDS = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern")
"""The attributes of annotations and markers that bound a value."""


class Model(Protocol):
    """A type that JSON, forms and rows of a database become, and that becomes JSON again.

    Every method that reads lists all that is wrong at once.
    """

    @property
    def annotation(self) -> Any:
        """The type as it was written."""

    def decode(self, data: bytes) -> Any:
        """The value of a JSON document.

        Raises:
            ValidationFailed: ``invalid_json`` on the field ``body``, or one entry for each field that is wrong.
        """

    def convert(self, value: object) -> Any:
        """The value of dicts, lists and scalars, as strict as :meth:`decode`.

        Raises:
            ValidationFailed: one entry for each field that is wrong.
        """

    def coerce(self, value: object) -> Any:
        """The same for what came as text: ``"7"`` is an integer where one is wanted.

        Raises:
            ValidationFailed: one entry for each field that is wrong.
        """

    def encode(self, value: object) -> bytes:
        """The JSON of a value of the model, or of a mapping or object that has its members; nothing else gets out.

        Raises:
            ValidationFailed: the value does not have what the model declares; the fields start at ``response``.
            RenderError: ``json_serialization_failed``.
        """

    def schema(self, components: Components) -> Schema:
        """The JSON Schema (draft 2020-12), with named parts in ``components``."""
