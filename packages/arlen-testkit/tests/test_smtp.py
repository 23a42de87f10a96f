"""SMTP for tests: real sessions, whole messages, a fresh mailbox each time."""

import smtplib
from email.message import EmailMessage

import pytest
from arlen_testkit.errors import ServiceUnavailable
from arlen_testkit.imports import import_blocker
from arlen_testkit.servers.smtp import SmtpServer, smtp_server


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "shop@example.org"
    message["To"] = "kim@example.org"
    message["Subject"] = "Grüße"
    message.set_content("Your order is on its way.\n.\n")
    return message


def test_a_delivered_message_is_kept_with_its_envelope(arlen_smtp: SmtpServer) -> None:
    with smtplib.SMTP(arlen_smtp.host, arlen_smtp.port) as client:
        client.send_message(letter(), from_addr="bounces@example.org", to_addrs=["kim@example.org", "lee@example.org"])
    (delivery,) = arlen_smtp.messages
    assert delivery.sender == "bounces@example.org"
    assert delivery.recipients == ("kim@example.org", "lee@example.org")
    assert delivery.message["Subject"] == "Grüße"
    assert delivery.message.get_content() == "Your order is on its way.\r\n.\r\n"
    assert b"\r\n\r\nYour order" in delivery.raw


def test_the_next_mailbox_is_empty(arlen_smtp: SmtpServer) -> None:
    assert arlen_smtp.messages == []


def test_several_sessions_are_kept_in_order(arlen_smtp: SmtpServer) -> None:
    for number in range(3):
        with smtplib.SMTP(arlen_smtp.host, arlen_smtp.port) as client:
            client.sendmail("a@example.org", [f"{number}@example.org"], b"Subject: x\r\n\r\ny")
    assert [delivery.recipients for delivery in arlen_smtp.messages] == [(f"{n}@example.org",) for n in range(3)]


def test_after_the_block_nobody_listens() -> None:
    with smtp_server() as server:
        pass
    with pytest.raises(OSError):
        smtplib.SMTP(server.host, server.port)


def test_without_aiosmtpd_the_error_says_what_to_install() -> None:
    with import_blocker("aiosmtpd"), pytest.raises(ServiceUnavailable, match=r"arlen-testkit\[servers\]") as caught:
        smtp_server().__enter__()
    assert caught.value.code == "not_installed"


def test_a_server_with_credentials_takes_nothing_without_them() -> None:
    with smtp_server(credentials={"kim": "s3cret"}) as server, smtplib.SMTP(server.host, server.port) as client:
        with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
            client.send_message(letter())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("kim", "wrong")
        client.login("kim", "s3cret")
        client.send_message(letter())
        assert len(server.messages) == 1


def test_a_server_says_what_it_is_told_to_say() -> None:
    answers = {"no@example.org": "550 No such user", "DATA": "451 Later"}
    with smtp_server(answers=answers) as server, smtplib.SMTP(server.host, server.port) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
            client.sendmail("a@example.org", ["no@example.org"], b"x")
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            client.sendmail("a@example.org", ["yes@example.org"], b"x")
        assert server.messages == []
