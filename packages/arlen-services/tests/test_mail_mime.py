"""What a message becomes when it travels, read back by the standard library."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from arlen_services.errors import MailError
from arlen_services.mail import MailAttachment, MailCalendar, MailMessage, compose, new_message_id, to_bytes
from arlen_services.mail.address import Mailbox
from hypothesis import given
from hypothesis import strategies as st

PLAIN = MailMessage(from_="shop@example.org", to="kim@example.org", subject="Hello", text_body="Hi Kim\n")
BOTH = replace(PLAIN, html_body="<p>Hi Kim</p>")
PDF = MailAttachment("a.pdf", b"%PDF\x00", "application/pdf")
LOGO = MailAttachment("logo.png", b"\x89PNG", "image/png", content_id="logo")
CALENDAR = MailCalendar("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def travelled(message, *, utf8=False):
    raw = to_bytes(compose(message, message_id="<1@example.org>", date=NOON), utf8=utf8)
    return raw, email.message_from_bytes(raw, policy=email.policy.SMTP)


def shape(part):
    inner = [shape(each) for each in part.iter_parts()] if part.is_multipart() else []
    return f"{part.get_content_subtype()}({' '.join(inner)})" if inner else part.get_content_subtype()


@pytest.mark.parametrize(
    ("message", "tree"),
    [
        (PLAIN, "plain"),
        (replace(BOTH, text_body=""), "html"),
        (BOTH, "alternative(plain html)"),
        (replace(PLAIN, attachments=[PDF]), "mixed(plain pdf)"),
        (replace(BOTH, attachments=[PDF]), "mixed(alternative(plain html) pdf)"),
        (replace(BOTH, attachments=[LOGO]), "alternative(plain related(html png))"),
        (replace(BOTH, text_body="", attachments=[LOGO]), "related(html png)"),
        (replace(BOTH, attachments=[LOGO, PDF]), "mixed(alternative(plain related(html png)) pdf)"),
        (replace(PLAIN, calendar=CALENDAR), "alternative(plain calendar)"),
        (replace(BOTH, calendar=CALENDAR), "alternative(plain html calendar)"),
        (replace(BOTH, calendar=CALENDAR, attachments=[PDF]), "mixed(alternative(plain html calendar) pdf)"),
    ],
)
def test_the_parts_of_a_message_stand_where_programs_look_for_them(message, tree):
    raw, mail = travelled(message)
    assert shape(mail) == tree
    assert raw.count(b"MIME-Version:") == 1


def test_the_headers_say_what_the_message_says_and_bcc_is_not_among_them():
    message = MailMessage(
        from_="Größe & Söhne <shop@example.org>",
        to=["Kim <kim@example.org>", "lee@bücher.example"],
        cc="max@example.org",
        bcc="audit@example.org",
        subject="Grüße 👋",
        headers={"List-Unsubscribe": "<https://example.org/bye>"},
        metadata={"tenant": "secret-tenant"},
        reply_to="help@example.org",
        priority="high",
    )
    raw, mail = travelled(message)
    assert mail["From"] == "Größe & Söhne <shop@example.org>"
    assert mail["To"] == "Kim <kim@example.org>, lee@xn--bcher-kva.example"
    assert (mail["Cc"], mail["Reply-To"]) == ("max@example.org", "help@example.org")
    assert mail["Subject"] == "Grüße 👋"
    assert mail["Date"] == "Sun, 22 Nov 2026 12:00:00 +0000"
    assert mail["Message-ID"] == "<1@example.org>"
    assert (mail["Importance"], mail["X-Priority"]) == ("High", "1")
    assert mail["List-Unsubscribe"] == "<https://example.org/bye>"
    assert b"audit@" not in raw
    assert b"secret-tenant" not in raw


def test_an_inline_image_has_its_content_id_and_a_file_its_name():
    _, mail = travelled(replace(BOTH, attachments=[LOGO, replace(PDF, name="Rechnung für März.pdf")]))
    files = {part.get_filename(): part for part in mail.walk() if part.get_filename()}
    assert files["logo.png"]["Content-ID"] == "<logo>"
    assert files["logo.png"].get_content_disposition() == "inline"
    assert files["Rechnung für März.pdf"].get_content() == b"%PDF\x00"
    assert files["Rechnung für März.pdf"].get_content_disposition() == "attachment"


def test_a_calendar_part_names_its_method():
    _, mail = travelled(replace(PLAIN, calendar=CALENDAR))
    (_, part) = mail.iter_parts()
    assert part["Content-Type"].params["method"] == "REQUEST"
    assert part.get_content() == CALENDAR.content


def test_nobody_in_to_or_cc_is_said_as_the_standard_has_it():
    _, mail = travelled(replace(PLAIN, to=[], bcc=["a@example.org"], undisclosed=True))
    assert mail["To"] == "undisclosed-recipients:;"


def test_a_long_address_in_a_header_is_left_as_it_is():
    where = f"<https://example.org/bye/{'a' * 300}>"
    message = replace(PLAIN, subject="y" * 300, headers={"List-Unsubscribe": f"{where}, <mailto:bye@example.org>"})
    raw, mail = travelled(message)
    assert where.encode() in raw
    assert mail["List-Unsubscribe"] == f"{where}, <mailto:bye@example.org>"
    assert mail["Subject"] == "y" * 300


def test_a_local_part_with_other_letters_travels_as_utf8():
    raw, mail = travelled(replace(PLAIN, to="käthe@example.org"), utf8=True)
    assert "käthe@example.org".encode() in raw
    assert mail["To"] == "käthe@example.org"


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=300)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120)


@given(body=TEXTS, html=TEXTS, subject=LINES, long=st.integers(0, 3000))
def test_what_is_written_is_read_and_no_line_is_too_long(body, html, subject, long):
    message = replace(BOTH, text_body=(body or "-") + "x" * long, html_body=html or "-", subject=subject)
    raw, mail = travelled(message)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    read = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert read.removesuffix("\n") == message.text_body.removesuffix("\n")
    assert str(mail["Subject"]).split() == message.subject.split()


@given(st.dictionaries(st.sampled_from(["X-A", "List-Id"]), LINES), st.binary(max_size=200), LINES)
def test_a_message_comes_back_from_its_dictionary(headers, content, name):
    message = replace(BOTH, headers=headers, attachments=[MailAttachment(name, content)], calendar=CALENDAR)
    assert MailMessage.from_dict(message.to_dict()) == message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("kim@example.org", ("", "kim", "example.org")),
        ("Kim Lee <kim@Example.org>", ("Kim Lee", "kim", "example.org")),
        ('"Lee, Kim" <kim@example.org>', ("Lee, Kim", "kim", "example.org")),
        ("Bücher <käthe@bücher.example>", ("Bücher", "käthe", "xn--bcher-kva.example")),
    ],
)
def test_an_address_is_taken_apart(text, parts):
    mailbox = Mailbox.parse(text)
    assert (mailbox.display_name, mailbox.local_part, mailbox.domain) == parts


@pytest.mark.parametrize(
    "text", ["", "kim", "@example.org", "kim@", "a@b, c@d", "a b@example.org", "kim@exa mple.org", "<>", "kim@-", "x:;"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(MailError) as refusal:
        Mailbox.parse(text)
    assert (refusal.value.code, refusal.value.details) == ("address_invalid", {"address": text})


def test_values_are_trimmed_and_what_is_no_address_is_left_out():
    message = MailMessage(from_=" a@example.org ", to=[" b@example.org", "", " ", None, 7], subject=" Hi ")
    assert (message.from_, message.to, message.subject) == ("a@example.org", ("b@example.org",), "Hi")


def test_message_ids_differ_and_name_the_domain_of_the_sender():
    first, second = new_message_id(PLAIN), new_message_id(PLAIN)
    assert first != second
    assert first.endswith("@example.org>")
