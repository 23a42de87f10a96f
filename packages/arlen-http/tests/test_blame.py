"""What went wrong in somebody's application, in one line."""

import pytest
from arlen_http import AppLoadError
from arlen_http.blame import in_one_line
from arlen_http.reference import load_reference


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def broken(:\n", "blamed.py:1: SyntaxError: invalid syntax"),
        ("\nraise KeyError('secret')\n", "blamed.py:2: KeyError: 'secret'"),
        ("\n\nraise ValueError\n", "blamed.py:3: ValueError"),
        ("import json\njson.loads('{')\n", "blamed.py:2: JSONDecodeError: Expecting property name"),
    ],
)
def test_an_error_in_a_module_is_told_with_its_file_line_and_type(tmp_path, monkeypatch, source, line):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "blamed.py").write_text(source)
    with pytest.raises(AppLoadError) as caught:
        load_reference("blamed:app", app_dir=str(tmp_path))
    assert caught.value.code == "import_failed"
    assert f'the module "blamed" cannot be imported: {line}' in str(caught.value)


def test_an_error_with_a_code_speaks_for_itself():
    assert in_one_line(AppLoadError("no such thing")) == "no such thing"


def test_an_error_that_was_never_raised_has_no_place():
    assert in_one_line(RuntimeError("later")) == "RuntimeError: later"
