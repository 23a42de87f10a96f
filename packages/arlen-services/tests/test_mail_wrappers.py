"""Mailers that stand before others: again, elsewhere, by another way."""

import asyncio
from dataclasses import replace

import pytest
from arlen_services.errors import MailError, RetriesExhausted
from arlen_services.mail import (
    AllowListMailer,
    FallbackMailer,
    MailMessage,
    MemoryMailer,
    RedirectingMailer,
    RetryingMailer,
    RoundRobinMailer,
)
from arlen_testkit.contracts.mail import MailerContract

LETTER = MailMessage(
    from_="shop@example.org", to=["kim@example.org", "Lee <lee@elsewhere.example>"], cc="max@elsewhere.example"
)


class Flaky(MemoryMailer):
    """Fails with the errors that it is given, one at each call, and delivers when there are no more."""

    def __init__(self, *errors):
        super().__init__(adapter_name="flaky")
        self.errors, self.calls = list(errors), 0

    async def deliver(self, message):
        self.calls += 1
        if self.errors and (error := self.errors.pop(0)) is not None:
            raise error
        return await super().deliver(message)


def busy():
    return MailError("busy", code="smtp_deferred")


def refused():
    return MailError("no", code="smtp_refused", permanent=True)


class TestRetryingMailer(MailerContract):
    def make_mailer(self):
        return RetryingMailer(MemoryMailer())


class TestFallbackMailer(MailerContract):
    def make_mailer(self):
        return FallbackMailer(MemoryMailer(), MemoryMailer())


class TestRoundRobinMailer(MailerContract):
    def make_mailer(self):
        return RoundRobinMailer(MemoryMailer())


class TestAllowListMailer(MailerContract):
    def make_mailer(self):
        return AllowListMailer(MemoryMailer(), allow=["*"], otherwise=MemoryMailer())


@pytest.mark.parametrize("failures", [[busy(), busy()], [OSError("x"), ValueError("y")]])
def test_the_third_attempt_may_succeed_and_delivers_once(failures):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    async def scenario():
        base = Flaky(*failures)
        mailer = RetryingMailer(base, retry_delay=2, sleep=sleep)
        assert mailer.adapter_name == "retrying_mail(flaky)"
        assert await mailer.deliver(LETTER) == "mail-1"
        assert (base.calls, len(await mailer.deliveries())) == (3, 1)

    asyncio.run(scenario())
    assert waits == [2, 2]


@pytest.mark.parametrize(("asked", "made"), [(3, 3), (1, 1), (0, 1), (-5, 1)])
def test_when_every_attempt_failed_the_last_error_is_the_cause(asked, made):
    base = Flaky(*(busy() for _ in range(8)))
    with pytest.raises(RetriesExhausted) as caught:
        asyncio.run(RetryingMailer(base, max_attempts=asked, retry_delay=-1).deliver(LETTER))
    assert caught.value.code == "retries_exhausted"
    assert caught.value.details.items() >= {"attempt_count": made, "adapter": "flaky"}.items()
    assert caught.value.__cause__.code == "smtp_deferred"
    assert base.calls == made


@pytest.mark.parametrize("error", [refused(), asyncio.CancelledError()])
def test_what_is_permanent_or_cancelled_is_not_tried_again(error):
    base = Flaky(error)
    with pytest.raises(type(error)):
        asyncio.run(RetryingMailer(base).deliver(LETTER))
    assert base.calls == 1


def test_an_answer_without_an_id_is_a_failed_attempt():
    class Mute(MemoryMailer):
        async def deliver(self, message):
            return ""

    with pytest.raises(RetriesExhausted):
        asyncio.run(RetryingMailer(Mute()).deliver(LETTER))


def test_a_redirected_message_says_whom_it_was_for():
    async def scenario():
        mailer = RedirectingMailer(MemoryMailer(), "qa@example.org")
        await mailer.deliver(replace(LETTER, bcc=["audit@example.org"]))
        (delivery,) = await mailer.deliveries()
        assert delivery.message.recipients == ("qa@example.org",)
        assert delivery.message.headers["X-Original-To"] == (
            "kim@example.org, lee@elsewhere.example, max@elsewhere.example, audit@example.org"
        )

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("allow", "delivered", "held"),
    [
        (["*@example.org"], {"kim@example.org"}, {"Lee <lee@elsewhere.example>", "max@elsewhere.example"}),
        (["max@ELSEWHERE.example"], {"max@elsewhere.example"}, {"kim@example.org", "Lee <lee@elsewhere.example>"}),
        (["*"], set(LETTER.recipients), set()),
        ([], set(), set(LETTER.recipients)),
    ],
)
def test_only_those_on_the_list_get_it_and_the_rest_is_kept(allow, delivered, held):
    async def scenario():
        base, otherwise = MemoryMailer(), MemoryMailer()
        assert await AllowListMailer(base, allow=allow, otherwise=otherwise).deliver(LETTER) == "mail-1"
        for mailer, wanted in ((base, delivered), (otherwise, held)):
            got = {who for each in await mailer.deliveries() for who in each.message.recipients}
            assert got == wanted

    asyncio.run(scenario())


@pytest.mark.parametrize("error", [busy(), refused()])
def test_where_one_way_fails_the_next_is_taken(error):
    async def scenario():
        first, second = Flaky(error), MemoryMailer()
        await FallbackMailer(first, second).deliver(LETTER)
        assert len(await second.deliveries()) == 1

    asyncio.run(scenario())


def test_where_every_way_fails_the_last_error_is_raised():
    with pytest.raises(MailError, match="no"):
        asyncio.run(FallbackMailer(Flaky(busy()), Flaky(refused())).deliver(LETTER))


def test_a_message_that_nobody_takes_is_not_passed_from_one_to_the_next():
    first, second = Flaky(), Flaky()
    with pytest.raises(MailError):
        asyncio.run(FallbackMailer(first, second).deliver(replace(LETTER, to=[])))
    assert (first.calls, second.calls) == (0, 0)


def test_the_ways_take_turns():
    async def scenario():
        ways = [MemoryMailer() for _ in range(3)]
        mailer = RoundRobinMailer(*ways)
        for _ in range(6):
            await mailer.deliver(LETTER)
        assert [len(await way.deliveries()) for way in ways] == [2, 2, 2]

    asyncio.run(scenario())


def test_there_is_no_way_without_a_mailer():
    with pytest.raises(MailError) as caught:
        FallbackMailer()
    assert caught.value.code == "no_mailers"
