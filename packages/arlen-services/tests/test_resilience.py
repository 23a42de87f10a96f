import asyncio
import io

import pytest
from arlen_services import (
    ArlenServicesError,
    AttachmentError,
    AttachmentStore,
    CircuitBreaker,
    RetryPolicy,
    with_bulkhead,
    with_circuit_breaker,
    with_fallback,
    with_retry,
    with_timeout,
)
from arlen_services.attachments import MemoryAttachments
from arlen_services.errors import RetriesExhausted
from arlen_services.mail import MailMessage, MemoryMailer
from arlen_testkit.contracts.attachments import RetainingStoreContract

AT_ONCE = RetryPolicy(max_attempts=3, delay=0)


class Failing(MemoryAttachments):
    """Fails so many times to save, then works."""

    def __init__(self, times, error=None):
        super().__init__()
        self.times = times
        self.error = error or ConnectionError("away")
        self.asked = 0

    async def save(self, *arguments, **options):
        self.asked += 1
        if self.asked <= self.times:
            raise self.error
        return await super().save(*arguments, **options)


class Stuck(MemoryAttachments):
    async def info(self, attachment_id):
        await asyncio.Event().wait()


class TestWrappedAttachments(RetainingStoreContract):
    def make_store(self):
        store = with_timeout(MemoryAttachments(), 20)
        store = with_circuit_breaker(store, CircuitBreaker(failures=1000))
        store = with_retry(store, AT_ONCE, operations={"save"})
        store = with_bulkhead(store, at_once=100)
        return with_fallback(store, MemoryAttachments())


def test_the_order_of_wrapping_is_read_in_the_name():
    store = with_retry(with_timeout(MemoryAttachments(), 1), AT_ONCE, operations={"save"})
    assert store.adapter_name == "retry(timeout(memory_attachments))"
    assert with_fallback(store, MemoryAttachments()).adapter_name.startswith("fallback[memory_attachments](retry(")
    assert isinstance(store, AttachmentStore)


@pytest.mark.parametrize(("fails", "attempts", "asked"), [(0, 3, 1), (1, 2, 2), (2, 3, 3), (0, 0, 1)])
def test_saving_succeeds_with_the_first_attempt_that_does(fails, attempts, asked):
    async def saved():
        store = with_retry(base, RetryPolicy(max_attempts=attempts, delay=0), operations={"save"})
        return (await store.read(await store.save("a", None, b"x"))).data

    base = Failing(fails)
    assert asyncio.run(saved()) == b"x"
    assert base.asked == asked


def test_waits_lie_between_attempts_only_and_the_last_error_is_the_cause():
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    base = Failing(4)
    store = with_retry(base, RetryPolicy(max_attempts=3, delay=1, factor=2), operations={"save"}, sleep=sleep)
    with pytest.raises(RetriesExhausted) as caught:
        asyncio.run(store.save("a", None, b"x"))
    assert (waits, base.asked) == ([1, 2], 3)
    assert caught.value.code == "retries_exhausted"
    assert caught.value.details == {"attempt_count": 3, "adapter": "memory_attachments", "operation": "save"}
    assert caught.value.__cause__ is base.error


@pytest.mark.parametrize(
    ("error", "data"),
    [
        (AttachmentError("no", code="too_large", permanent=True), b"x"),
        (ConnectionError("away"), io.BytesIO(b"x")),
    ],
)
def test_what_is_in_vain_or_cannot_be_repeated_is_tried_once(error, data):
    base = Failing(1, error)
    with pytest.raises(type(error)):
        asyncio.run(with_retry(base, AT_ONCE, operations={"save"}).save("a", None, data))
    assert base.asked == 1


def test_a_cancellation_is_not_a_failed_attempt():
    async def cancelled():
        store = with_retry(Stuck(), AT_ONCE, operations={"info"})
        asking = asyncio.create_task(store.info("att-1"))
        await asyncio.sleep(0)
        asking.cancel()
        await asking

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


def test_mail_is_retried_by_the_same_wrapper():
    class Empty(MemoryMailer):
        answers = iter(["", "", "mail-3"])

        async def deliver(self, message):
            return next(self.answers)

    message = MailMessage(from_="a@example.org", to=["b@example.org"], subject="s", text_body="t")
    assert asyncio.run(with_retry(Empty(), AT_ONCE, operations={"deliver"}).deliver(message)) == "mail-3"


def test_an_operation_that_takes_too_long_is_ended():
    with pytest.raises(ArlenServicesError) as caught:
        asyncio.run(with_timeout(Stuck(), 0.001).info("att-1"))
    assert caught.value.code == "timed_out"


def test_a_time_limit_of_the_adapter_itself_stays_what_it_is():
    base = Failing(1, TimeoutError("its own"))
    with pytest.raises(TimeoutError, match="its own"):
        asyncio.run(with_timeout(base, 20).save("a", None, b"x"))


def test_an_adapter_that_keeps_failing_is_left_alone_until_it_recovers():
    now = 0.0

    async def steps():
        nonlocal now
        base = Failing(2)
        store = with_circuit_breaker(base, CircuitBreaker(failures=2, window=5, clock=lambda: now))
        codes = []
        for moment in (0, 0, 1, 6, 6):
            now = moment
            try:
                await store.save("a", None, b"x")
                codes.append("saved")
            except ConnectionError:
                codes.append("failed")
            except ArlenServicesError as error:
                codes.append(error.code)
        return codes, base.asked

    assert asyncio.run(steps()) == (["failed", "failed", "circuit_open", "saved", "saved"], 4)


def test_a_permanent_error_does_not_open_the_circuit():
    store = with_circuit_breaker(MemoryAttachments(), CircuitBreaker(failures=1))
    with pytest.raises(AttachmentError):
        asyncio.run(store.save("", None, b"x"))
    assert asyncio.run(store.save("a", None, b"x")) == "att-1"


def test_another_adapter_answers_for_one_that_is_away():
    other = MemoryAttachments()
    store = with_fallback(Failing(1), other)
    saved = asyncio.run(store.save("a", None, b"x"))
    assert asyncio.run(other.read(saved)).data == b"x"
    with pytest.raises(AttachmentError):
        asyncio.run(store.save("", None, b"x"))


def test_a_bulkhead_lets_some_in_some_wait_and_refuses_the_rest():
    async def crowd():
        store = with_bulkhead(Stuck(), at_once=2, waiting=1)
        asking = [asyncio.create_task(store.info("att-1")) for _ in range(4)]
        done, waiting = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        return [task.exception().code for task in done], len(waiting)

    assert asyncio.run(crowd()) == (["bulkhead_full"], 3)


def test_a_bulkhead_has_room_again_when_calls_have_ended():
    store = with_bulkhead(MemoryAttachments(), at_once=1)
    assert [asyncio.run(store.save("a", None, b"x")) for _ in range(3)] == ["att-1", "att-2", "att-3"]
    with pytest.raises(AttachmentError):
        asyncio.run(store.save("", None, b"x"))
    assert asyncio.run(store.save("a", None, b"x")) == "att-4"
