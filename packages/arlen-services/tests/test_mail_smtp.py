"""A real conversation with a real server: TLS, log-in, refusals, and connections that are used again."""

import asyncio
import logging
import ssl
from dataclasses import replace

import pytest
import trustme
from arlen_services.errors import MailError, MissingDependencyError
from arlen_services.mail import MailMessage, SmtpSettings
from arlen_services.mail.smtp import SmtpMailer
from arlen_testkit.processes import free_port
from arlen_testkit.servers.smtp import smtp_server

LETTER = MailMessage(
    from_="Shop <shop@example.org>",
    to="kim@example.org",
    cc="Max <max@bücher.example>",
    bcc="audit@example.org",
    subject="Hello",
    text_body="Hi\n",
    return_path="bounces@example.org",
)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def deliver(settings, *messages):
    async def scenario():
        mailer = SmtpMailer(settings)
        try:
            return [await mailer.deliver(message) for message in messages]
        finally:
            await mailer.close()

    return asyncio.run(scenario())


def failure(settings, message=LETTER):
    with pytest.raises(MailError) as caught:
        deliver(settings, message)
    return caught.value


def test_a_message_arrives_with_everybody_in_the_envelope(arlen_smtp):
    (message_id,) = deliver(SmtpSettings(arlen_smtp.host, arlen_smtp.port, tls="none"), LETTER)
    (delivery,) = arlen_smtp.messages
    assert delivery.sender == "bounces@example.org"
    assert delivery.recipients == ("kim@example.org", "max@xn--bcher-kva.example", "audit@example.org")
    assert delivery.message["Message-ID"] == message_id
    assert b"audit@" not in delivery.raw


@pytest.mark.parametrize(
    ("given", "used"), [("<7@example.org>", True), ("x", False), ("<7@a>\r\nBcc: b@c.d", False), (7, False)]
)
def test_the_message_id_of_the_metadata_is_used_if_it_is_one(arlen_smtp, given, used):
    settings = SmtpSettings(arlen_smtp.host, arlen_smtp.port, tls="none")
    (message_id,) = deliver(settings, replace(LETTER, metadata={"message_id": given}))
    assert (message_id == given) is used
    assert arlen_smtp.messages[0].message["Message-ID"] == message_id


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_password_is_shown_behind_tls_only(certificate, ca_file, tls):
    with smtp_server(certificate=certificate, tls=tls, credentials={"kim": "s3cret"}) as server:
        settings = SmtpSettings(server.host, server.port, "kim", "s3cret", tls=tls, ca_file=ca_file)
        deliver(settings, LETTER)
        assert len(server.messages) == 1
        error = failure(replace(settings, password="wrong"))
    assert (error.code, error.permanent, error.details["status"]) == ("smtp_auth", True, 535)
    assert "wrong" not in str(error)


def test_an_access_token_is_shown_as_xoauth2(certificate, ca_file):
    with smtp_server(certificate=certificate, credentials={"kim": "token"}) as server:
        settings = SmtpSettings(server.host, server.port, "kim", "token", auth="xoauth2", ca_file=ca_file)
        deliver(settings, LETTER)
        assert len(server.messages) == 1
        assert failure(replace(settings, password="stale")).code == "smtp_auth"


def test_a_certificate_of_nobody_is_not_trusted(certificate):
    with smtp_server(certificate=certificate, tls="implicit") as server:
        error = failure(SmtpSettings(server.host, server.port, tls="implicit"))
    assert error.code in ("smtp_tls", "smtp_connection")
    assert not server.messages


def test_a_server_without_starttls_is_refused(arlen_smtp):
    assert failure(SmtpSettings(arlen_smtp.host, arlen_smtp.port)).code == "smtp_tls"
    assert not arlen_smtp.messages


@pytest.mark.parametrize(
    ("answers", "code", "permanent"),
    [
        ({"DATA": "554 5.7.1 Spam"}, "smtp_refused", True),
        ({"DATA": "451 4.3.0 Later"}, "smtp_deferred", False),
        (dict.fromkeys(["kim@example.org"], "550 No such user"), "smtp_refused", True),
        (dict.fromkeys(["kim@example.org"], "450 Busy"), "smtp_deferred", False),
    ],
)
def test_a_refusal_is_for_good_and_a_deferral_is_not(answers, code, permanent):
    with smtp_server(answers=answers) as server:
        error = failure(SmtpSettings(server.host, server.port, tls="none"), replace(LETTER, cc=[], bcc=[]))
    assert (error.code, error.permanent) == (code, permanent)


def test_one_recipient_may_be_refused_and_the_message_is_delivered(caplog):
    with smtp_server(answers={"kim@example.org": "550 No such user"}) as server:
        with caplog.at_level(logging.WARNING, "arlen.services.mail"):
            deliver(SmtpSettings(server.host, server.port, tls="none"), LETTER)
        assert server.messages[0].recipients == ("max@xn--bcher-kva.example", "audit@example.org")
    (record,) = caplog.records
    assert (record.code, record.refused) == ("recipients_refused", {"kim@example.org": "550 No such user"})


def test_after_a_refusal_the_connection_carries_the_next_message():
    async def scenario(server):
        mailer = SmtpMailer(SmtpSettings(server.host, server.port, tls="none", max_connections=1))
        with pytest.raises(MailError):
            await mailer.deliver(replace(LETTER, to="bad@example.org", cc=[], bcc=[]))
        await mailer.deliver(LETTER)
        await mailer.close()

    with smtp_server(answers={"bad@example.org": "550 No"}) as server:
        asyncio.run(scenario(server))
        assert len(server.messages) == 1


def test_a_server_that_is_not_there_is_a_passing_failure():
    error = failure(SmtpSettings("127.0.0.1", free_port(), tls="none"))
    assert (error.code, error.permanent) == ("smtp_connection", False)


def test_a_server_that_comes_back_is_found_by_the_same_mailer():
    async def scenario():
        with smtp_server() as first:
            mailer = SmtpMailer(SmtpSettings(first.host, first.port, tls="none"))
            await mailer.deliver(LETTER)
        with pytest.raises(MailError, match="cannot be reached"):
            await mailer.deliver(LETTER)
        with smtp_server(port=first.port) as second:
            await mailer.deliver(LETTER)
            assert len(second.messages) == 1
            await mailer.close()

    asyncio.run(scenario())


def test_a_local_part_with_other_letters_needs_a_server_that_knows_it(arlen_smtp):
    deliver(SmtpSettings(arlen_smtp.host, arlen_smtp.port, tls="none"), replace(LETTER, to="käthe@example.org"))
    (delivery,) = arlen_smtp.messages
    assert delivery.recipients[0] == "käthe@example.org"


def test_the_pace_is_kept(arlen_smtp):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    async def scenario():
        settings = SmtpSettings(arlen_smtp.host, arlen_smtp.port, tls="none", messages_per_second=0.001)
        mailer = SmtpMailer(settings, sleep=sleep)
        for _ in range(3):
            await mailer.deliver(LETTER)
        await mailer.close()

    asyncio.run(scenario())
    assert [round(wait, -2) for wait in waits] == [1000, 2000]


def test_the_log_is_bounded(arlen_smtp):
    async def scenario():
        mailer = SmtpMailer(SmtpSettings(arlen_smtp.host, arlen_smtp.port, tls="none"), log_size=2)
        ids = [await mailer.deliver(LETTER) for _ in range(3)]
        assert [delivery.delivery_id for delivery in await mailer.deliveries()] == ids[1:]
        await mailer.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://mail.example.org", SmtpSettings("mail.example.org")),
        ("smtps://mail.example.org", SmtpSettings("mail.example.org", 465, tls="implicit")),
        (
            "smtp://kim:p%40ss@mail.example.org:2525?timeout=3&max_connections=4",
            SmtpSettings("mail.example.org", 2525, "kim", "p@ss", timeout=3.0, max_connections=4),
        ),
        ("smtp://localhost:25?tls=none", SmtpSettings("localhost", 25, tls="none")),
    ],
)
def test_settings_are_read_from_a_url(url, wanted):
    assert SmtpSettings.from_url(url) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "smtp://",
        "smtp://h:99999",
        "smtp://h?tls=maybe",
        "smtp://h?colour=red",
        "smtp://h?timeout=soon",
        "smtp://kim:secret@h?tls=none",
        "smtp://h?minimum_tls=TLSv9",
    ],
)
def test_a_url_that_makes_no_sense_is_refused_without_its_password(url):
    with pytest.raises(MailError) as refusal:
        SmtpSettings.from_url(url)
    assert (refusal.value.code, refusal.value.permanent) == ("invalid_settings", True)
    assert "secret" not in str(refusal.value)


def test_the_environment_has_the_last_word_where_it_makes_sense():
    settings = SmtpSettings("a.example")
    given = {"ARLEN_SMTP_HOST": "b.example", "ARLEN_SMTP_PORT": "no", "ARLEN_SMTP_TLS": "implicit"}
    assert settings.with_environment(given) == SmtpSettings("b.example", tls="implicit")


def test_a_password_is_not_shown():
    assert "secret" not in repr(SmtpSettings("h", username="kim", password="secret"))


def test_without_the_library_the_extra_is_named(import_blocker):
    import_blocker("aiosmtplib", forget=["arlen_services.mail"])
    with pytest.raises(MissingDependencyError, match=r"arlen-services\[smtp\]"):
        import arlen_services.mail.smtp  # noqa: F401
