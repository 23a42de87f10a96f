"""Every mailer keeps the contract, and the contract notices who does not."""

from dataclasses import replace

import pytest
from arlen_services.errors import MailError
from arlen_services.mail import FileMailer, MailDelivery, Mailer, MemoryMailer, SmtpSettings
from arlen_services.mail.smtp import SmtpMailer
from arlen_testkit.contracts.mail import LETTER, MailerContract


class TestMemoryMailer(MailerContract):
    def make_mailer(self):
        return MemoryMailer()


class TestFileMailer(MailerContract):
    @pytest.fixture(autouse=True)
    def _directory(self, tmp_path):
        self.directory = tmp_path / "mail"

    def make_mailer(self):
        return FileMailer(self.directory, eml=True)


class TestSmtpMailer(MailerContract):
    numbered = False

    @pytest.fixture(autouse=True)
    def _server(self, arlen_smtp):
        self.server = arlen_smtp

    def make_mailer(self):
        return SmtpMailer(SmtpSettings(self.server.host, self.server.port, tls="none"))


@pytest.mark.parametrize("mailer", [MemoryMailer()], ids=lambda each: each.adapter_name)
def test_the_protocol_is_recognised(mailer):
    assert isinstance(mailer, Mailer)


class Forgetful(MemoryMailer):
    async def deliveries(self):
        return []


class Shuffled(MemoryMailer):
    async def deliveries(self):
        return sorted(await super().deliveries(), key=lambda delivery: delivery.delivery_id)


class Attached(MemoryMailer):
    async def deliveries(self):
        return self._delivered


class Partial(MemoryMailer):
    async def deliveries(self):
        return [replace(each, message=replace(each.message, bcc=[])) for each in await super().deliveries()]


class Counting(MemoryMailer):
    async def reset(self):
        self._delivered[:] = self._delivered[:1]


class Careless(MemoryMailer):
    async def deliver(self, message):
        self._delivered.append(MailDelivery("mail-1", self._clock(), message))
        return "mail-1"


class Strict(MemoryMailer):
    async def deliver(self, message):
        return await super().deliver(replace(message, undisclosed=False))


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (Forgetful, "a_delivery_has_an_id_and_stands_in_the_log"),
        (Partial, "the_log_keeps_every_field_of_a_message"),
        (Shuffled, "the_log_is_in_the_order_of_delivery"),
        (Attached, "the_log_is_detached_from_those_who_gave_and_got_it"),
        (Counting, "reset_empties_the_log_and_starts_the_numbers_anew"),
        (Careless, "twenty_deliveries_at_once_have_twenty_ids"),
        (Strict, "a_message_without_to_goes_where_that_is_said"),
    ],
)
def test_the_contract_notices_a_broken_mailer(broken, law):
    class Suite(MailerContract):
        def make_mailer(self):
            return broken()

    suite = Suite()
    laws = {name.removeprefix("test_"): getattr(suite, name) for name in dir(suite) if name.startswith("test_")}
    del laws["what_cannot_be_sent_is_refused_for_good_and_leaves_no_trace"]
    assert law in {name for name, test in laws.items() if fails(test)}


def fails(test):
    try:
        test()
    except (AssertionError, ValueError, MailError):
        return True
    return False


def test_the_contract_notices_a_mailer_that_refuses_nothing():
    class Suite(MailerContract):
        def make_mailer(self):
            return Careless()

    with pytest.raises(pytest.fail.Exception):
        Suite().test_what_cannot_be_sent_is_refused_for_good_and_leaves_no_trace("no_recipient", replace(LETTER, to=[]))
