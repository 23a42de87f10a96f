import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from arlen_services import AttachmentError
from arlen_services.attachments import FileAttachments


@pytest.fixture
def store(tmp_path):
    return FileAttachments(tmp_path / "deep" / "attachments")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "deep" / "attachments"


def test_an_attachment_is_two_files_that_only_their_owner_reads(store, root):
    saved = asyncio.run(store.save("../../name.txt", "text/plain", b"data"))
    assert sorted(path.name for path in root.iterdir()) == [f"{saved}.bin", f"{saved}.json"]
    assert (root / f"{saved}.bin").read_bytes() == b"data"
    assert json.loads((root / f"{saved}.json").read_text())["name"] == "../../name.txt"
    assert root.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in root.iterdir()} == {0o600}


def test_nothing_is_made_before_the_first_attachment(store, root):
    assert list(asyncio.run(store.list())) == []
    assert asyncio.run(store.sweep()) == 0
    assert not root.parent.exists()


def test_a_second_store_finds_what_the_first_one_saved(store, root):
    saved = asyncio.run(store.save("a", None, b"x"))
    assert asyncio.run(FileAttachments(root).read(saved)).data == b"x"


def test_a_blank_directory_is_refused():
    with pytest.raises(AttachmentError) as caught:
        FileAttachments("  ")
    assert caught.value.code == "blank_root"


def test_the_home_directory_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    asyncio.run(FileAttachments("~/attachments").save("a", None, b"x"))
    assert len(list((tmp_path / "attachments").iterdir())) == 2


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AttachmentError, match=r"file/attachments") as caught:
        asyncio.run(FileAttachments(tmp_path / "file" / "attachments").save("a", None, b"x"))
    assert caught.value.code == "cannot_create_root"


def test_links_in_the_directory_are_not_followed(store, root, tmp_path):
    saved = asyncio.run(store.save("a", None, b"x"))
    secret = tmp_path / "secret"
    secret.write_bytes(b"s")
    (root / f"{saved}.bin").unlink()
    (root / f"{saved}.bin").symlink_to(secret)
    with pytest.raises(AttachmentError) as caught:
        asyncio.run(store.read(saved))
    assert caught.value.code == "cannot_read"
    (root / f"{saved}.json").rename(tmp_path / "moved.json")
    (root / f"{saved}.json").symlink_to(tmp_path / "moved.json")
    assert asyncio.run(store.info(saved)) is None
    assert list(asyncio.run(store.list())) == []
    assert asyncio.run(store.delete(saved)) is True
    assert secret.read_bytes() == b"s"


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"null", b'{"name": 7}', b"\xff", b"[" * 100_000, b'{"attachment_id": "x"}']
)
def test_a_damaged_description_is_an_error_alone_and_a_warning_in_a_list(store, root, caplog, damage):
    saved, other = asyncio.run(_two(store))
    (root / f"{saved}.json").write_bytes(damage)
    with pytest.raises(AttachmentError) as caught:
        asyncio.run(store.info(saved))
    assert caught.value.code == "malformed_info"
    assert [info.attachment_id for info in asyncio.run(store.list())] == [other]
    assert saved in caplog.text


def test_data_without_a_description_is_invisible_and_can_be_deleted(store, root):
    saved, other = asyncio.run(_two(store))
    (root / f"{saved}.json").unlink()
    assert asyncio.run(store.read(saved)) is None
    assert [info.attachment_id for info in asyncio.run(store.list())] == [other]
    assert asyncio.run(store.delete(saved)) is True
    assert not (root / f"{saved}.bin").exists()


def test_sweeping_removes_what_killed_processes_left_and_nothing_younger(store, root):
    saved, other = asyncio.run(_two(store))
    (root / f"{saved}.json").unlink()
    part = root / f".{saved}.bin.0123456789ab.part"
    part.write_bytes(b"half")
    assert asyncio.run(store.sweep()) == 0
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).timestamp()
    for path in root.iterdir():
        os.utime(path, (long_ago, long_ago))
    assert asyncio.run(store.sweep()) == 2
    assert sorted(path.name for path in root.iterdir()) == [f"{other}.bin", f"{other}.json"]


def test_reset_leaves_the_files_of_others(store, root):
    asyncio.run(_two(store))
    for name in ("notes.txt", "att-1.bin", "att-x.json"):
        (root / name).write_text("mine")
    asyncio.run(store.reset())
    assert sorted(path.name for path in root.iterdir()) == ["att-1.bin", "att-x.json", "notes.txt"]


def test_data_that_was_cut_short_is_not_read_as_if_it_were_whole(store, root):
    saved = asyncio.run(store.save("a", None, b"0123456789"))
    (root / f"{saved}.bin").write_bytes(b"0123")
    with pytest.raises(AttachmentError, match="shorter") as caught:
        asyncio.run(store.read(saved))
    assert caught.value.code == "cannot_read"


def test_a_disk_that_is_full_leaves_nothing_behind(store, root):
    saved = asyncio.run(store.save("small", None, b"x"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, before[1]))
    try:
        with pytest.raises(AttachmentError) as caught:
            asyncio.run(store.save("large", None, b"x" * 2_000_000))
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        with pytest.raises(AttachmentError) as of_the_description:
            asyncio.run(store.save("small data, long description", None, b"x"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert (caught.value.code, caught.value.permanent) == ("cannot_write", False)
    assert of_the_description.value.code == "cannot_write"
    assert sorted(path.name for path in root.iterdir()) == [f"{saved}.bin", f"{saved}.json"]


def test_a_process_that_is_killed_while_it_saves_leaves_no_attachment(store, root):
    program = """
import asyncio, sys
from arlen_services.attachments import FileAttachments
async def pieces():
    for _ in range(8):
        yield b"x" * 300_000
    print("half", flush=True)
    await asyncio.Event().wait()
asyncio.run(FileAttachments(sys.argv[1]).save("half", None, pieces()))
"""
    with subprocess.Popen([sys.executable, "-c", program, str(root)], stdout=subprocess.PIPE) as saving:
        assert saving.stdout.readline() == b"half\n"
        saving.kill()
    assert list(asyncio.run(store.list())) == []
    assert not list(root.glob("att-*"))
    assert asyncio.run(store.sweep(timedelta(0))) == 1
    assert list(root.iterdir()) == []


def test_leaving_a_stream_early_closes_its_file(store):
    async def leaving():
        opened = await store.stream(await store.save("a", None, b"x" * 1_000_000))
        before = len(os.listdir("/proc/self/fd"))
        async for _ in opened.chunks:
            break
        await opened.chunks.aclose()
        return len(os.listdir("/proc/self/fd")) - before

    assert asyncio.run(leaving()) == 0


async def _two(store):
    return await store.save("a", None, b"x"), await store.save("b", None, b"y")
