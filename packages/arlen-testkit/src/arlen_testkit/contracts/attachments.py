"""The laws of attachment stores: what holds wherever attachments are kept."""

from __future__ import annotations

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from arlen_services import AttachmentError
from arlen_services.attachments import AttachmentPolicy, AttachmentStore, RetainingStore

__all__ = ["AttachmentStoreContract", "RetainingStoreContract"]

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
NOBODYS = "att-" + "0" * 32
HOSTILE = ["../x", "a/b", "/etc/passwd", "att-\0", "att-" + "0" * 31 + "/", "..", "att-1/../att-1", "att-१", "ATT-1"]


class AttachmentStoreContract(ABC):
    """Inherit from this class in a test module and say in `make_store` what to test; pytest does the rest.

    Attributes:
        patience: seconds after which a test that still waits has failed.
    """

    patience: float = 30.0

    @abstractmethod
    def make_store(self) -> AttachmentStore:
        """A store, made inside a running event loop; the test empties it before and after."""

    def test_it_has_the_shape_of_a_store_and_a_name(self) -> None:
        async def law(store: AttachmentStore) -> None:
            assert isinstance(store, AttachmentStore)
            assert store.adapter_name

        self._hold(law)

    def test_what_was_saved_comes_back_with_its_description(self) -> None:
        async def law(store: AttachmentStore) -> None:
            before = datetime.now(UTC) - timedelta(minutes=1)
            saved = await store.save("  Übung №1.txt ", "text/plain", b"hello", {"by": {"id": 7, "tags": ["ä", None]}})
            attachment = await store.read(saved)
            assert attachment is not None
            assert attachment.data == b"hello"
            info = attachment.info
            assert info == await store.info(saved)
            assert (info.attachment_id, info.name, info.content_type) == (saved, "Übung №1.txt", "text/plain")
            assert info.metadata == {"by": {"id": 7, "tags": ["ä", None]}}
            assert info.size_bytes == 5
            assert info.sha256 == hashlib.sha256(b"hello").hexdigest()
            assert info.created_at.tzinfo is not None
            assert info.created_at > before

        self._hold(law)

    def test_an_empty_attachment_is_an_attachment(self) -> None:
        async def law(store: AttachmentStore) -> None:
            attachment = await store.read(await store.save("empty", None, b""))
            assert attachment is not None
            assert (attachment.data, attachment.info.size_bytes) == (b"", 0)
            assert attachment.info.sha256 == hashlib.sha256(b"").hexdigest()

        self._hold(law)

    @pytest.mark.parametrize("content_type", [None, "", "   "])
    def test_a_blank_content_type_means_any_bytes(self, content_type: str | None) -> None:
        async def law(store: AttachmentStore) -> None:
            info = await store.info(await store.save("a", content_type, b"x"))
            assert info is not None
            assert (info.content_type, info.metadata) == ("application/octet-stream", {})

        self._hold(law)

    def test_a_large_attachment_passes_in_pieces(self) -> None:
        async def law(store: AttachmentStore) -> None:
            piece = bytes(range(256)) * 1024
            digest = hashlib.sha256()

            async def pieces() -> AsyncIterator[bytes]:
                for _ in range(40):
                    digest.update(piece)
                    yield piece

            saved = await store.save("large.bin", None, pieces())
            opened = await store.stream(saved)
            assert opened is not None
            assert opened.info.size_bytes == opened.stop == 40 * len(piece)
            back = hashlib.sha256()
            async for chunk in opened.chunks:
                assert len(chunk) <= 1 << 20
                back.update(chunk)
            assert back.digest() == digest.digest()
            assert opened.info.sha256 == digest.hexdigest()

        self._hold(law)

    @pytest.mark.parametrize(
        ("start", "stop", "data"),
        [(0, None, b"0123456789"), (3, 5, b"34"), (8, 100, b"89"), (4, 4, b""), (10, None, b""), (50, 60, b"")],
    )
    def test_a_part_of_it_can_be_streamed(self, start: int, stop: int | None, data: bytes) -> None:
        async def law(store: AttachmentStore) -> None:
            opened = await store.stream(await store.save("digits", None, b"0123456789"), start=start, stop=stop)
            assert opened is not None
            assert b"".join([chunk async for chunk in opened.chunks]) == data
            assert opened.stop - opened.start == len(data)

        self._hold(law)

    @pytest.mark.parametrize(("start", "stop"), [(-1, None), (5, 4)])
    def test_a_range_that_is_none_is_refused(self, start: int, stop: int | None) -> None:
        async def law(store: AttachmentStore) -> None:
            saved = await store.save("digits", None, b"0123456789")
            await _refused(store.stream(saved, start=start, stop=stop), "invalid_range")

        self._hold(law)

    def test_what_fails_on_its_way_leaves_nothing(self) -> None:
        async def law(store: AttachmentStore) -> None:
            async def breaks() -> AsyncIterator[bytes]:
                for _ in range(40):
                    yield b"x" * 300_000
                raise ConnectionAbortedError("the sender went away")

            with pytest.raises(ConnectionAbortedError, match="the sender went away"):
                await store.save("half", None, breaks())
            assert list(await store.list()) == []

        self._hold(law)

    def test_the_limit_holds_while_data_comes_in(self) -> None:
        async def law(store: AttachmentStore) -> None:
            asked = 0

            async def endless() -> AsyncIterator[bytes]:
                nonlocal asked
                while True:
                    asked += 1
                    yield b"x" * 1000

            policy = AttachmentPolicy(max_bytes=10_000)
            await _refused(store.save("endless", None, endless(), policy=policy), "too_large")
            assert asked == 11
            assert list(await store.list()) == []
            assert await store.save("just", None, b"x" * 10_000, policy=policy)

        self._hold(law)

    def test_types_that_are_not_allowed_are_refused_by_what_the_bytes_are(self) -> None:
        async def law(store: AttachmentStore) -> None:
            images = AttachmentPolicy(allowed_types=frozenset({"image/*"}))
            assert await store.save("a.png", "image/png", PNG, policy=images)
            await _refused(store.save("a.txt", "text/plain", b"x", policy=images), "type_refused")
            await _refused(store.save("a.png", "image/png", b"<html><script>", policy=images), "type_refused")

        self._hold(law)

    @pytest.mark.parametrize("name", ["", "  \t"])
    def test_a_name_is_needed(self, name: str) -> None:
        async def law(store: AttachmentStore) -> None:
            await _refused(store.save(name, None, b"x"), "blank_name")

        self._hold(law)

    @pytest.mark.parametrize("data", ["text", None, 7])
    def test_data_is_made_of_bytes(self, data: object) -> None:
        async def law(store: AttachmentStore) -> None:
            await _refused(store.save("a", None, data), "not_bytes")  # type: ignore[arg-type]

        self._hold(law)

    def test_a_content_type_that_would_split_a_header_is_refused(self) -> None:
        async def law(store: AttachmentStore) -> None:
            await _refused(store.save("a", "text/plain\r\nset-cookie: a=b", b"x"), "invalid_type")

        self._hold(law)

    def test_metadata_that_is_no_json_is_refused_before_anything_is_written(self) -> None:
        async def law(store: AttachmentStore) -> None:
            await _refused(store.save("a", None, b"x", {"when": object()}), "info_not_serializable")
            assert list(await store.list()) == []

        self._hold(law)

    def test_an_unknown_id_is_no_error(self) -> None:
        async def law(store: AttachmentStore) -> None:
            assert await store.read(NOBODYS) is None
            assert await store.stream(NOBODYS) is None
            assert await store.info(NOBODYS) is None
            assert await store.delete(NOBODYS) is False

        self._hold(law)

    @pytest.mark.parametrize("attachment_id", HOSTILE)
    def test_an_id_of_another_shape_is_unknown(self, attachment_id: str) -> None:
        async def law(store: AttachmentStore) -> None:
            await store.save("a", None, b"x")
            assert await store.read(attachment_id) is None
            assert await store.info(attachment_id) is None
            assert await store.delete(attachment_id) is False

        self._hold(law)

    @pytest.mark.parametrize("attachment_id", ["", "  "])
    def test_a_blank_id_is_refused(self, attachment_id: str) -> None:
        async def law(store: AttachmentStore) -> None:
            await _refused(store.read(attachment_id), "blank_id")
            await _refused(store.info(attachment_id), "blank_id")
            await _refused(store.delete(attachment_id), "blank_id")

        self._hold(law)

    def test_what_was_deleted_is_gone(self) -> None:
        async def law(store: AttachmentStore) -> None:
            saved, other = await store.save("a", None, b"x"), await store.save("b", None, b"y")
            assert await store.delete(saved) is True
            assert await store.delete(saved) is False
            assert await store.read(saved) is None
            assert await store.info(saved) is None
            assert [info.attachment_id for info in await store.list()] == [other]

        self._hold(law)

    def test_listing_pages_and_filters(self) -> None:
        async def law(store: AttachmentStore) -> None:
            saved = {await store.save(f"{'ab'[n % 2]}-{n}", None, b"x") for n in range(12)}
            ids = [info.attachment_id for info in await store.list()]
            assert set(ids) == saved
            first = await store.list(limit=5)
            rest = await store.list(after=first[-1].attachment_id)
            assert [info.attachment_id for info in (*first, *rest)] == ids
            assert {info.name for info in await store.list(name_prefix="b-", limit=100)} == {
                f"b-{n}" for n in range(1, 12, 2)
            }
            assert list(await store.list(limit=0)) == []

        self._hold(law)

    def test_values_are_detached_from_those_who_gave_and_got_them(self) -> None:
        async def law(store: AttachmentStore) -> None:
            metadata: dict[str, object] = {"tags": ["a"]}
            data = bytearray(b"before")
            saved = await store.save("a", None, data, metadata)
            metadata["tags"] = ["changed"]
            data[:] = b"after!"
            info = await store.info(saved)
            assert info is not None
            info.metadata["tags"] = ["changed"]
            attachment = await store.read(saved)
            assert attachment is not None
            assert (attachment.data, attachment.info.metadata) == (b"before", {"tags": ["a"]})

        self._hold(law)

    def test_many_at_once_do_not_disturb_each_other(self) -> None:
        async def law(store: AttachmentStore) -> None:
            contents = [f"content {n}".encode() * 1000 for n in range(20)]
            ids = await asyncio.gather(*(store.save(f"{n}", None, data) for n, data in enumerate(contents)))
            assert len(set(ids)) == 20
            back = await asyncio.gather(*(store.read(one) for one in ids))
            assert [attachment and attachment.data for attachment in back] == contents

        self._hold(law)

    def test_a_cancelled_save_leaves_nothing(self) -> None:
        async def law(store: AttachmentStore) -> None:
            started = asyncio.Event()

            async def stuck() -> AsyncIterator[bytes]:
                yield b"x" * 1_000_000
                started.set()
                await asyncio.Event().wait()

            saving = asyncio.create_task(store.save("stuck", None, stuck()))
            await started.wait()
            saving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await saving
            assert list(await store.list()) == []

        self._hold(law)

    def test_an_expired_attachment_is_not_seen(self) -> None:
        async def law(store: AttachmentStore) -> None:
            past, future = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 1))
            gone = await store.save("gone", None, b"x", expires_at=past)
            kept = await store.save("kept", None, b"x", expires_at=future)
            assert await store.read(gone) is None
            assert [info.attachment_id for info in await store.list()] == [kept]
            with pytest.raises(ValueError, match="time zone"):
                await store.save("a", None, b"x", expires_at=datetime(2030, 1, 1))  # noqa: DTZ001

        self._hold(law)

    def test_reset_removes_everything(self) -> None:
        async def law(store: AttachmentStore) -> None:
            saved = await store.save("a", None, b"x")
            await store.reset()
            assert await store.read(saved) is None
            assert list(await store.list()) == []

        self._hold(law)

    def _hold(self, law: Callable[[AttachmentStore], Awaitable[None]]) -> None:
        async def held() -> None:
            async with asyncio.timeout(self.patience):
                store = self.make_store()
                await store.reset()
                try:
                    await law(store)
                finally:
                    await store.reset()

        asyncio.run(held())


class RetainingStoreContract(AttachmentStoreContract):
    """The laws of a store that also discards, restores, purges and sweeps."""

    @abstractmethod
    def make_store(self) -> RetainingStore:
        """A store, made inside a running event loop; the test empties it before and after."""

    def test_what_was_discarded_can_be_brought_back(self) -> None:
        async def law(store: RetainingStore) -> None:
            expires_at = datetime.now(UTC) + timedelta(days=300)
            saved = await store.save("a", None, b"x", {"k": 1}, expires_at=expires_at)
            before = await store.read(saved)
            assert await store.discard(saved, undo_for=timedelta(days=1)) is True
            assert await store.discard(saved, undo_for=timedelta(days=1)) is False
            assert await store.read(saved) is None
            assert list(await store.list()) == []
            assert await store.restore(saved) is True
            assert await store.restore(saved) is False
            assert await store.read(saved) == before

        self._hold_retaining(law)

    def test_what_was_discarded_is_purged_when_its_time_is_over(self) -> None:
        async def law(store: RetainingStore) -> None:
            saved, kept = await store.save("a", None, b"x"), await store.save("b", None, b"y")
            await store.discard(saved, undo_for=timedelta(days=1))
            assert await store.purge() == 0
            assert await store.purge(datetime.now(UTC) + timedelta(days=2)) == 1
            assert await store.restore(saved) is False
            assert await store.delete(saved) is False
            assert await store.read(kept) is not None

        self._hold_retaining(law)

    def test_purge_removes_what_has_expired(self) -> None:
        async def law(store: RetainingStore) -> None:
            gone = await store.save("a", None, b"x", expires_at=datetime.now(UTC) - timedelta(seconds=1))
            assert await store.purge() == 1
            assert await store.delete(gone) is False

        self._hold_retaining(law)

    def test_sweeping_leaves_whole_attachments_alone(self) -> None:
        async def law(store: RetainingStore) -> None:
            saved = await store.save("a", None, b"x")
            assert await store.sweep(timedelta(0)) == 0
            assert await store.read(saved) is not None

        self._hold_retaining(law)

    def _hold_retaining(self, law: Callable[[RetainingStore], Awaitable[None]]) -> None:
        async def narrowed(store: AttachmentStore) -> None:
            assert isinstance(store, RetainingStore)
            await law(store)

        self._hold(narrowed)


async def _refused(call: Awaitable[object], code: str) -> None:
    """The call fails with this code, and says that another try would too."""
    with pytest.raises(AttachmentError) as caught:
        await call
    assert (caught.value.code, caught.value.permanent) == (code, True)
