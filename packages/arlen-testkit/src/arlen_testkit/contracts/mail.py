"""The laws of mailers: what holds for every adapter that arlen-services and its users deliver mail with."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import replace
from inspect import isawaitable
from typing import Any

import pytest
from arlen_services.errors import ArlenServicesError
from arlen_services.mail import MailAttachment, MailCalendar, MailMessage

__all__ = ["MailerContract"]

LETTER = MailMessage(
    from_="Der Laden <shop@example.org>",
    to=["Kim Lee <kim@example.org>", "lee@bücher.example"],
    cc=["max@example.org"],
    bcc=["audit@example.org"],
    subject="Grüße 👋",
    text_body="Ihre Bestellung ist unterwegs.\n",
    html_body="<p>Ihre Bestellung ist <b>unterwegs</b>.</p>",
    headers={"List-Unsubscribe": "<https://example.org/bye>"},
    metadata={"tenant": {"id": 7}, "tags": ["order"]},
    reply_to=["help@example.org"],
    return_path="bounces@example.org",
    attachments=[MailAttachment("Rechnung Nr. 7.pdf", b"%PDF\x00\xff", "application/pdf")],
    calendar=MailCalendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    priority="high",
)

REFUSED: list[tuple[str, Any]] = [
    ("not_a_message", {"to": "kim@example.org"}),
    ("sender_blank", replace(LETTER, from_=" ")),
    ("no_recipient", replace(LETTER, to=[])),
    ("no_recipient", replace(LETTER, to=[], cc=[], bcc=[], undisclosed=True)),
    ("address_invalid", replace(LETTER, to=["kim"])),
    ("address_invalid", replace(LETTER, cc=["kim@"])),
    ("address_invalid", replace(LETTER, bcc=["a@example.org, b@example.org"])),
    ("address_invalid", replace(LETTER, from_="shop@example..org")),
    ("address_invalid", replace(LETTER, reply_to=["@example.org"])),
    ("header_injection", replace(LETTER, subject="Hi\r\nBcc: all@example.org")),
    ("header_injection", replace(LETTER, to=["kim@example.org\nBcc: all@example.org"])),
    ("header_injection", replace(LETTER, from_="A\rB <shop@example.org>")),
    ("header_injection", replace(LETTER, headers={"X-A": "1\nX-B: 2"})),
    ("header_injection", replace(LETTER, headers={"X-A\r\nX-B": "1"})),
    ("header_injection", replace(LETTER, attachments=[MailAttachment("a\nb", b"")])),
    ("header_invalid", replace(LETTER, headers={"X A": "1"})),
    ("header_reserved", replace(LETTER, headers={"Bcc": "all@example.org"})),
    ("not_text", replace(LETTER, text_body="\ud800")),
    ("not_text", replace(LETTER, subject="\ud800")),
    ("content_type_invalid", replace(LETTER, attachments=[MailAttachment("a", b"", "pdf")])),
]


class MailerContract(ABC):
    """Inherit from this class in a test module and say in `make_mailer` what to test; pytest does the rest.

    Attributes:
        numbered: ids are ``mail-1``, ``mail-2`` ...; say False where the adapter's ids are others.
    """

    numbered: bool = True

    @abstractmethod
    def make_mailer(self) -> Any:
        """A new mailer, which has delivered nothing that anybody needs. May be a coroutine function."""

    def test_a_delivery_has_an_id_and_stands_in_the_log(self) -> None:
        async def law(mailer: Any) -> None:
            answered = await mailer.deliver(LETTER)
            assert isinstance(answered, str)
            assert answered
            (delivery,) = await mailer.deliveries()
            assert delivery.delivery_id == answered
            assert delivery.message.subject == "Grüße 👋"
            assert delivery.timestamp.utcoffset().total_seconds() == 0

        self._hold(law)

    def test_the_log_keeps_every_field_of_a_message(self) -> None:
        async def law(mailer: Any) -> None:
            await mailer.deliver(LETTER)
            (delivery,) = await mailer.deliveries()
            assert delivery.message == LETTER

        self._hold(law)

    def test_the_log_is_in_the_order_of_delivery(self) -> None:
        async def law(mailer: Any) -> None:
            ids = [await mailer.deliver(replace(LETTER, subject=str(number))) for number in range(12)]
            deliveries = await mailer.deliveries()
            assert [delivery.message.subject for delivery in deliveries] == [str(number) for number in range(12)]
            assert [delivery.delivery_id for delivery in deliveries] == ids
            assert len(set(ids)) == 12

        self._hold(law)

    def test_the_log_is_detached_from_those_who_gave_and_got_it(self) -> None:
        async def law(mailer: Any) -> None:
            metadata = {"tags": ["order"]}
            message = replace(LETTER, metadata=metadata)
            await mailer.deliver(message)
            metadata["tags"].append("given")
            message.metadata["tags"].append("kept")
            (first,) = await mailer.deliveries()
            first.message.metadata["tags"].append("got")
            first.message.headers["X-Late"] = "1"
            (second,) = await mailer.deliveries()
            assert second.message.metadata == {"tags": ["order"]}
            assert "X-Late" not in second.message.headers

        self._hold(law)

    def test_reset_empties_the_log_and_starts_the_numbers_anew(self) -> None:
        async def law(mailer: Any) -> None:
            await mailer.deliver(LETTER)
            await mailer.reset()
            assert await mailer.deliveries() == []
            again = await mailer.deliver(LETTER)
            assert len(await mailer.deliveries()) == 1
            assert again == "mail-1" or not self.numbered

        self._hold(law)

    @pytest.mark.parametrize(("code", "message"), REFUSED, ids=[f"{code}-{n}" for n, (code, _) in enumerate(REFUSED)])
    def test_what_cannot_be_sent_is_refused_for_good_and_leaves_no_trace(self, code: str, message: Any) -> None:
        async def law(mailer: Any) -> None:
            with pytest.raises(ArlenServicesError) as refusal:
                await mailer.deliver(message)
            assert (refusal.value.code, refusal.value.permanent) == (code, True)
            assert await mailer.deliveries() == []

        self._hold(law)

    def test_a_message_without_to_goes_where_that_is_said(self) -> None:
        async def law(mailer: Any) -> None:
            await mailer.deliver(replace(LETTER, to=[], undisclosed=True))
            assert len(await mailer.deliveries()) == 1

        self._hold(law)

    def test_twenty_deliveries_at_once_have_twenty_ids(self) -> None:
        async def law(mailer: Any) -> None:
            ids = await asyncio.gather(*(mailer.deliver(LETTER) for _ in range(20)))
            assert len(set(ids)) == 20
            assert {delivery.delivery_id for delivery in await mailer.deliveries()} == set(ids)

        self._hold(law)

    def _hold(self, law: Callable[[Any], Awaitable[None]]) -> None:
        async def scenario() -> None:
            made = self.make_mailer()
            mailer = await made if isawaitable(made) else made
            assert isinstance(mailer.adapter_name, str)
            await mailer.reset()
            try:
                await law(mailer)
            finally:
                if hasattr(mailer, "close"):
                    await mailer.close()

        asyncio.run(scenario())
