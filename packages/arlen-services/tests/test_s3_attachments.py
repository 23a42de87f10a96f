import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from urllib.request import urlopen

import pytest
from arlen_services import AttachmentError
from arlen_services.attachments.objects import Presentation
from arlen_services.attachments.s3 import PART, S3Attachments, S3Objects, S3Place
from arlen_testkit.processes import free_port


@pytest.fixture
def place(arlen_s3):
    return S3Place(
        arlen_s3.bucket,
        prefix="uploads",
        region=arlen_s3.region,
        endpoint=arlen_s3.endpoint,
        access_key=arlen_s3.access_key,
        secret_key=arlen_s3.secret_key,
    )


@pytest.fixture
def listing(arlen_s3):
    def listed(query):
        with urlopen(f"{arlen_s3.endpoint}/{arlen_s3.bucket}?{query}", timeout=10) as answer:
            return answer.read().decode()

    return listed


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 12345])
def test_every_size_comes_back_whole(place, size):
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]

    async def round_trip():
        store = S3Attachments(place)
        attachment = await store.read(await store.save("a", None, data))
        assert attachment.info.size_bytes == size
        return attachment.data

    assert hashlib.sha256(asyncio.run(round_trip())).digest() == hashlib.sha256(data).digest()


async def _large_then(ending):
    for _ in range(12):
        yield b"x" * 2_000_000
    await ending()


async def _fail():
    raise ConnectionAbortedError("the sender went away")


def test_an_upload_in_parts_that_fails_is_aborted(place, listing):
    with pytest.raises(ConnectionAbortedError):
        asyncio.run(S3Attachments(place).save("a", None, _large_then(_fail)))
    assert "<Upload>" not in listing("uploads")
    assert "<Key>" not in listing("list-type=2")


def test_an_upload_in_parts_that_is_cancelled_is_aborted(place, listing):
    async def cancelled():
        reached = asyncio.Event()

        async def stuck():
            reached.set()
            await asyncio.Event().wait()

        saving = asyncio.create_task(S3Attachments(place).save("a", None, _large_then(stuck)))
        await reached.wait()
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving

    asyncio.run(cancelled())
    assert "<Upload>" not in listing("uploads")
    assert "<Key>" not in listing("list-type=2")


def test_content_that_breaks_off_is_never_an_object(place, listing):
    shown = Presentation("text/plain", "attachment")
    with pytest.raises(ConnectionAbortedError):
        asyncio.run(S3Objects(place).write("half", _large_then(_fail), shown))
    assert "<Key>" not in listing("list-type=2")


def test_a_signed_address_is_a_download_and_never_a_page(place):
    async def address(content_type):
        store = S3Attachments(place)
        saved = await store.save("Bericht Ä.html", content_type, b"<html>")
        return await store.download_url(saved, expires_in=timedelta(minutes=1))

    with urlopen(asyncio.run(address("text/html")), timeout=10) as answer:
        assert answer.read() == b"<html>"
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith('attachment; filename="Bericht _.html"; filename*=')
    assert asyncio.run(S3Attachments(place).download_url("att-" + "0" * 32)) is None


def test_prefixes_keep_stores_apart(place):
    async def apart():
        one, other = S3Attachments(place), S3Attachments(replace(place, prefix="elsewhere"))
        saved = await one.save("a", None, b"x")
        await other.reset()
        return await other.info(saved), await one.read(saved)

    unknown, known = asyncio.run(apart())
    assert unknown is None
    assert known.data == b"x"


def test_a_bucket_that_is_missing_is_named(place):
    store = S3Attachments(replace(place, bucket="no-such-bucket-here"))
    for call in (store.save("a", None, b"x"), store.info("att-" + "0" * 32)):
        with pytest.raises(AttachmentError, match="no-such-bucket-here") as caught:
            asyncio.run(_awaited(call))
        assert (caught.value.code, caught.value.permanent) == ("bucket_missing", True)


def test_a_server_that_does_not_answer_is_an_error_that_may_pass(place):
    store = S3Attachments(replace(place, endpoint=f"http://127.0.0.1:{free_port()}", connect_timeout=0.5, timeout=1.0))
    for call in (store.save("a", None, b"x"), store.info("att-" + "0" * 32), store.list()):
        with pytest.raises(AttachmentError) as caught:
            asyncio.run(_awaited(call))
        assert caught.value.permanent is False
        assert "secret" not in str(caught.value)


def test_the_server_is_asked_to_encrypt(place):
    async def address():
        store = S3Attachments(replace(place, encryption="AES256"))
        return await store.download_url(await store.save("a", None, b"x"))

    with urlopen(asyncio.run(address()), timeout=10) as answer:
        assert answer.headers["x-amz-server-side-encryption"] == "AES256"


def test_keys_are_not_shown(place):
    assert place.secret_key not in repr(place)


def test_without_obstore_the_extra_is_named(import_blocker):
    import_blocker("obstore", forget=["arlen_services.attachments.s3"])
    with pytest.raises(Exception, match=r"arlen-services\[s3\]"):
        import arlen_services.attachments.s3  # noqa: F401


async def _awaited(call):
    return await call
