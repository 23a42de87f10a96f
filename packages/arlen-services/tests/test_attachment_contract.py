"""The contract suite is tested too: a store that breaks one law fails where that law is written."""

import inspect
from dataclasses import replace

import pytest
from arlen_services.attachments import AttachmentPolicy, MemoryAttachments
from arlen_services.attachments.content import pieces
from arlen_testkit.contracts.attachments import RetainingStoreContract


class ForgetsTheEnd(MemoryAttachments):
    async def read(self, attachment_id):
        attachment = await super().read(attachment_id)
        return attachment and replace(attachment, data=attachment.data[:-1])


class IgnoresRanges(MemoryAttachments):
    async def stream(self, attachment_id, *, start=0, stop=None):
        await super().stream(attachment_id, start=start, stop=stop)
        return await super().stream(attachment_id)


class AcceptsAnyRange(MemoryAttachments):
    async def stream(self, attachment_id, *, start=0, stop=None):
        return await super().stream(attachment_id, start=max(start, 0), stop=stop and max(stop, start))


class KeepsWhatWasDeleted(MemoryAttachments):
    async def delete(self, attachment_id):
        return await self.info(attachment_id) is not None


class TakesBlankIds(MemoryAttachments):
    async def info(self, attachment_id):
        return await super().info(attachment_id.strip() or "att-1")


class HasNoPages(MemoryAttachments):
    async def list(self, *, name_prefix="", after="", limit=None):
        return await super().list(name_prefix=name_prefix)


class SharesMetadata(MemoryAttachments):
    def __init__(self):
        super().__init__()
        self.shared = {}

    async def info(self, attachment_id):
        info = await super().info(attachment_id)
        return info and replace(info, metadata=self.shared.setdefault(attachment_id, info.metadata))


class HasNoLimit(MemoryAttachments):
    async def save(self, *arguments, policy=None, **options):
        rules = policy and replace(policy, max_bytes=None if policy.max_bytes is None else policy.max_bytes + 5000)
        return await super().save(*arguments, policy=rules, **options)


class BelievesEveryType(MemoryAttachments):
    async def save(self, *arguments, policy=None, **options):
        return await super().save(*arguments, policy=policy and AttachmentPolicy(policy.max_bytes), **options)


class KeepsHalves(MemoryAttachments):
    async def save(self, name, content_type, data, *arguments, **options):
        held = bytearray()
        try:
            async for piece in pieces(data):
                held += piece
                if len(held) > 20_000:
                    break
        except ConnectionAbortedError:
            pass
        return await super().save(name, content_type, bytes(held), *arguments, **options)


class CountsToTen(MemoryAttachments):
    async def list(self, *, name_prefix="", after="", limit=None):
        return await super().list(name_prefix=name_prefix, after=after, limit=min(10, limit or 10))


class NeverExpires(MemoryAttachments):
    async def save(self, *arguments, expires_at=None, **options):
        return await super().save(*arguments, **options)


class CannotRestore(MemoryAttachments):
    async def restore(self, attachment_id):
        return False


class PurgesNothing(MemoryAttachments):
    async def purge(self, now=None):
        return 0


class SweepsTooMuch(MemoryAttachments):
    async def sweep(self, older_than=None):
        await self.reset()
        return 1


class ResetsNothing(MemoryAttachments):
    async def reset(self):
        pass


class HasNoName(MemoryAttachments):
    adapter_name = ""


BROKEN = [
    (HasNoName, {"it_has_the_shape_of_a_store_and_a_name"}),
    (
        ForgetsTheEnd,
        {
            "what_was_saved_comes_back_with_its_description",
            "values_are_detached_from_those_who_gave_and_got_them",
            "many_at_once_do_not_disturb_each_other",
        },
    ),
    (IgnoresRanges, {"a_part_of_it_can_be_streamed"}),
    (AcceptsAnyRange, {"a_range_that_is_none_is_refused"}),
    (
        KeepsWhatWasDeleted,
        {
            "what_was_deleted_is_gone",
            "what_was_discarded_is_purged_when_its_time_is_over",
            "purge_removes_what_has_expired",
        },
    ),
    (TakesBlankIds, {"a_blank_id_is_refused"}),
    (HasNoPages, {"listing_pages_and_filters"}),
    (CountsToTen, {"listing_pages_and_filters"}),
    (SharesMetadata, {"values_are_detached_from_those_who_gave_and_got_them"}),
    (HasNoLimit, {"the_limit_holds_while_data_comes_in"}),
    (BelievesEveryType, {"types_that_are_not_allowed_are_refused_by_what_the_bytes_are"}),
    (
        KeepsHalves,
        {
            "a_large_attachment_passes_in_pieces",
            "what_fails_on_its_way_leaves_nothing",
            "the_limit_holds_while_data_comes_in",
            "a_cancelled_save_leaves_nothing",
        },
    ),
    (NeverExpires, {"an_expired_attachment_is_not_seen", "purge_removes_what_has_expired"}),
    (CannotRestore, {"what_was_discarded_can_be_brought_back"}),
    (PurgesNothing, {"what_was_discarded_is_purged_when_its_time_is_over", "purge_removes_what_has_expired"}),
    (SweepsTooMuch, {"sweeping_leaves_whole_attachments_alone"}),
    (ResetsNothing, {"reset_removes_everything"}),
]


@pytest.mark.parametrize(("broken", "laws"), BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_a_store_that_breaks_a_law_fails_there(broken, laws):
    assert failing_laws(broken) == laws


def test_a_store_that_keeps_the_laws_fails_nowhere():
    assert failing_laws(MemoryAttachments) == set()


def failing_laws(store_class):
    class Suite(RetainingStoreContract):
        patience = 1.0

        def make_store(self):
            return store_class()

    return {
        name.removeprefix("test_") for name, law in inspect.getmembers(Suite(), inspect.ismethod) if _fails(name, law)
    }


def _fails(name, law):
    if not name.startswith("test_"):
        return False
    tables = [(mark.args[0], mark.args[1]) for mark in getattr(law, "pytestmark", [])]
    try:
        for names, rows in tables:
            wanted = [names] if isinstance(names, str) else names
            for row in rows:
                law(**dict(zip(wanted, [row] if isinstance(names, str) else row, strict=True)))
        if not tables:
            law()
    except (AssertionError, TypeError, TimeoutError, pytest.fail.Exception):
        return True
    return False
