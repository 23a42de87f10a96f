"""From a URL to a mailer."""

import asyncio

import pytest
from arlen_services.errors import MailError
from arlen_services.mail import MailMessage, open_mailer
from arlen_services.settings import MailSettings


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (MailSettings(), "file_mail"),
        (MailSettings("memory:"), "in_memory_mail"),
        (MailSettings("file:a/b?eml=1"), "file_mail"),
        (MailSettings("smtp://kim:pw@host:2525"), "retrying_mail(smtp_mail@host:2525)"),
        (MailSettings("smtps://host", max_attempts=1), "smtp_mail@host:465"),
        (MailSettings("memory:", redirect_to="qa@example.org"), "redirecting_mail(in_memory_mail)"),
        (MailSettings("memory:", ("*@example.org",)), "allow_list_mail(in_memory_mail)"),
    ],
)
def test_a_url_names_a_mailer(tmp_path, settings, name):
    assert open_mailer(settings, tmp_path).adapter_name == name


def test_files_lie_below_the_root(tmp_path):
    message = MailMessage(from_="a@example.org", to="b@example.org")
    asyncio.run(open_mailer(MailSettings("file:storage/mail?eml=1"), tmp_path).deliver(message))
    names = sorted(path.name for path in (tmp_path / "storage" / "mail").iterdir())
    assert names == ["mail-1.eml", "mail-1.json"]


def test_who_is_not_allowed_is_redirected(tmp_path):
    async def scenario():
        mailer = open_mailer(MailSettings("memory:", ("*@example.org",), "qa@example.org"), tmp_path)
        await mailer.deliver(MailMessage(from_="a@example.org", to=["b@example.org", "c@elsewhere.example"]))
        deliveries = await mailer.deliveries()
        assert {who for each in deliveries for who in each.message.recipients} == {"b@example.org", "qa@example.org"}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "unknown_scheme"),
        ("pigeon://kim:secret@host", "unknown_scheme"),
        ("file:", "invalid_settings"),
        ("file://host/a", "invalid_settings"),
        ("smtp://kim:secret@", "invalid_settings"),
    ],
)
def test_a_url_that_makes_no_sense_is_refused_without_its_password(tmp_path, url, code):
    with pytest.raises(MailError) as caught:
        open_mailer(MailSettings(url), tmp_path)
    assert caught.value.code == code
    assert "secret" not in str(caught.value)
