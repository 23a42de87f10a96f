"""Large files over real sockets, on both event loops."""

from __future__ import annotations

import asyncio
import errno
import os

import pytest
import uvloop
from arlen_http import FileResponse, Response, Server, ServerSettings, system

KIB = 1024
CONTENT = os.urandom(3 * KIB * KIB + 17)
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def story(request, monkeypatch):
    """``story(app, tell)``: run ``tell(connect)`` against a server of the app, and see that no descriptor is left."""
    duplicated, closed = [], []
    duplicate, close = system.duplicate, system.close

    def watched_duplicate(descriptor):
        duplicated.append(duplicate(descriptor))
        return duplicated[-1]

    def watched_close(descriptor):
        closed.append(descriptor)
        close(descriptor)

    monkeypatch.setattr(system, "duplicate", watched_duplicate)
    monkeypatch.setattr(system, "close", watched_close)

    async def main(app, tell):
        async with asyncio.timeout(20), Server(app, ServerSettings(port=0)) as server:
            host, port = server.sockets[0].getsockname()

            async def connect():
                return await asyncio.open_connection(host, port, limit=KIB)

            return await tell(connect)

    def story(app, tell):
        with asyncio.Runner(loop_factory=request.param) as runner:
            result = runner.run(main(app, tell))
        assert duplicated == closed
        return result

    return story


@pytest.fixture
def file(tmp_path):
    """``file(size)``: an application that serves so many bytes."""

    def file(size):
        path = tmp_path / "file.bin"
        path.write_bytes(CONTENT[:size])
        return lambda request: FileResponse(path)

    return file


async def body(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)


async def twice(connect):
    reader, writer = await connect()
    writer.write(GET + LAST)
    first, second = await body(reader), await body(reader)
    rest = await reader.read()
    writer.close()
    return first, second, rest


SIZES = [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, KIB * KIB - 1, KIB * KIB, KIB * KIB + 1, len(CONTENT)]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_arrives_as_it_is_and_the_connection_goes_on(story, file, size):
    assert story(file(size), twice) == (CONTENT[:size], CONTENT[:size], b"")


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_where_the_system_refuses_the_rest_is_copied(story, file, monkeypatch, code, after):
    calls = []
    real = system.sendfile

    def refuses(out, source, offset, count):
        calls.append(offset)
        if len(calls) > after:
            raise OSError(code, os.strerror(code))
        return real(out, source, offset, min(count, 70_001))

    monkeypatch.setattr(system, "sendfile", refuses)
    assert story(file(len(CONTENT)), twice) == (CONTENT, CONTENT, b"")
    assert len(calls) == after + 2


def test_short_full_and_interrupted_calls_lose_no_byte(story, file, monkeypatch):
    outcomes = []
    real = system.sendfile

    def capricious(out, source, offset, count):
        outcomes.append(offset)
        match len(outcomes) % 4:
            case 0:
                raise InterruptedError
            case 1:
                raise BlockingIOError
            case _:
                return real(out, source, offset, min(count, 99_991))

    monkeypatch.setattr(system, "sendfile", capricious)
    assert story(file(len(CONTENT)), twice) == (CONTENT, CONTENT, b"")


def test_a_slow_reader_gets_every_byte(story, file):
    async def tell(connect):
        reader, writer = await connect()
        writer.write(LAST)
        await reader.readuntil(b"\r\n\r\n")
        pieces = []
        while piece := await reader.read(10_007):
            pieces.append(piece)
            await asyncio.sleep(0)
        writer.close()
        return b"".join(pieces)

    assert story(file(len(CONTENT)), tell) == CONTENT


def test_a_client_that_only_stops_sending_still_gets_its_file(story, file):
    async def tell(connect):
        reader, writer = await connect()
        writer.write(GET)
        writer.write_eof()
        received = await body(reader)
        writer.close()
        return received

    assert story(file(len(CONTENT)), tell) == CONTENT


@pytest.mark.parametrize("leave", ["close", "abort"])
def test_a_client_that_leaves_in_the_middle_takes_nothing_with_it(story, tmp_path, caplog, leave):
    path = tmp_path / "huge.bin"
    with path.open("wb") as sparse:
        sparse.truncate(1 << 30)

    def app(request):
        return FileResponse(path) if request.raw_path == "/" else Response(b"still here")

    async def tell(connect):
        reader, writer = await connect()
        writer.write(GET)
        await reader.readexactly(KIB * KIB)
        if leave == "close":
            writer.close()
        else:
            writer.transport.abort()
        reader, writer = await connect()
        writer.write(LAST.replace(b"/ ", b"/other ", 1))
        received = await body(reader)
        writer.close()
        return received

    assert story(app, tell) == b"still here"
    assert not caplog.records


def test_a_file_that_shrinks_while_it_is_sent_cuts_the_connection_and_is_logged(story, tmp_path, caplog, monkeypatch):
    path = tmp_path / "file.bin"
    path.write_bytes(CONTENT)
    real = system.sendfile

    def shrinks(out, source, offset, count):
        os.truncate(path, 200_000)
        return real(out, source, offset, count)

    async def tell(connect):
        reader, writer = await connect()
        writer.write(LAST)
        await reader.readuntil(b"\r\n\r\n")
        received = await reader.read()
        writer.close()
        return received

    monkeypatch.setattr(system, "sendfile", shrinks)
    assert story(lambda request: FileResponse(path), tell) == CONTENT[:200_000]
    assert "the file ended after 200000 of" in caplog.text


def test_a_pipe_in_the_place_of_a_file_is_an_error_rather_than_a_wait(story, tmp_path, caplog):
    os.mkfifo(tmp_path / "pipe")

    async def tell(connect):
        reader, writer = await connect()
        writer.write(LAST)
        received = await reader.read()
        writer.close()
        return received

    assert b" 500 " in story(lambda request: FileResponse(tmp_path / "pipe"), tell)
    assert "is not a regular file" in caplog.text
