"""Numbers of JSON without a fraction are integers, however they are written."""

from typing import Annotated, Any

import msgspec
import pytest
from arlen_mvc import Application, Body, ValidationFailed
from arlen_mvc.models import model_of
from hypothesis import given
from hypothesis import strategies as st


class Size(msgspec.Struct):
    width: int
    parts: list[int] = []
    weight: float = 0.0
    note: str = ""


@pytest.mark.parametrize(
    ("document", "size"),
    [
        (b'{"width": 2.0}', Size(2)),
        (b'{"width": 2e3, "parts": [1.0, 2, 30.00]}', Size(2000, [1, 2, 30])),
        (b'{"width": 1.0, "weight": 1.5, "note": "2.0"}', Size(1, [], 1.5, "2.0")),
        (b'{"width": -0.0}', Size(0)),
    ],
)
def test_a_number_without_a_fraction_is_an_integer(document, size):
    assert model_of(Size).decode(document) == size


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        (b'{"width": 2.5}', ["width"]),
        (b'{"width": 1.0, "parts": [1.0, 1.5, "2.0"]}', ["parts[1]", "parts[2]"]),
        (b'{"width": "2.0"}', ["width"]),
        (b'{"width": 1e999}', ["width"]),
        (b'{"width": 2.0', ["body"]),
        (b"2.0", ["body"]),
    ],
)
def test_other_numbers_and_texts_are_refused(document, fields):
    with pytest.raises(ValidationFailed) as refusal:
        model_of(Size).decode(document)
    assert [each.field for each in refusal.value.details] == fields


def test_a_member_of_a_body_may_be_written_so(ask):
    app = Application()

    @app.post("/")
    async def show(low: Annotated[int, Body(ge=0)], sizes: list[Size]) -> dict[str, Any]:
        return {"low": low, "sizes": len(sizes)}

    answer = ask(
        app, "POST /", body=b'{"low": 3.0, "sizes": [{"width": 1.0}]}', headers={"content-type": "application/json"}
    )
    assert answer.json == {"low": 3, "sizes": 1}


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_integers_may_always_be_written_with_a_point(numbers):
    document = "[" + ", ".join(f"{number}.0" for number in numbers) + "]"
    assert model_of(list[int]).decode(document.encode()) == numbers
