import pytest

from ci import unasync


def test_the_synchronous_twin_is_what_its_source_says():
    assert unasync.main(["--check"]) == 0


@pytest.mark.parametrize("fault", ["changed", "missing", "superfluous"])
def test_a_twin_that_differs_is_found(tmp_path, monkeypatch, capsys, fault):
    monkeypatch.setattr(unasync, "SOURCE", tmp_path / "_async")
    monkeypatch.setattr(unasync, "TWIN", tmp_path / "_sync")
    unasync.SOURCE.mkdir()
    (unasync.SOURCE / "a.py").write_text("async def f() -> None:\n    await g()\n")
    assert unasync.main([]) == 0
    assert (unasync.TWIN / "a.py").read_text().endswith("def f() -> None:\n    g()\n")
    match fault:
        case "changed":
            (unasync.TWIN / "a.py").write_text("")
        case "missing":
            (unasync.TWIN / "a.py").unlink()
        case "superfluous":
            (unasync.TWIN / "b.py").write_text("")
    assert unasync.main(["--check"]) == 1
    assert "python -m ci.unasync" in capsys.readouterr().out
    assert unasync.main([]) == 0
    assert unasync.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("asynchronous", "synchronous"),
    [
        ("async with a() as b, c():\n    await b.d()\n", "with a() as b, c():\n    b.d()\n"),
        ("async for x in y:\n    await settle(z(x))\n", "for x in y:\n    z(x)\n"),
        ("f: Callable[[], Awaitable[T] | T]\n", "f: Callable[[], T]\n"),
        ("g: AsyncGenerator[Row, None]\n", "g: Generator[Row, None, None]\n"),
        ("AsyncDatabase\n", "Database\n"),
    ],
)
def test_asynchronous_words_become_synchronous_ones(asynchronous, synchronous):
    assert unasync.twin_of(asynchronous, "a.py") == unasync.NOTICE.format(name="a.py") + synchronous
