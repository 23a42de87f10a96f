"""Templates, the viewer, and signatures."""

import asyncio
import email
import email.policy

import dkim
import pytest
from arlen_services.errors import MailError, MissingDependencyError
from arlen_services.i18n import MemoryTranslator
from arlen_services.mail import MailAttachment, MailMessage, MailViewer, MemoryMailer, SmtpSettings, render_message
from arlen_services.mail.dkim import DkimKey, DkimSigner
from arlen_services.mail.smtp import SmtpMailer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

LETTER = MailMessage(
    from_="shop@example.org",
    to="Kim <kim@example.org>",
    bcc="audit@example.org",
    subject="<b>Hi</b>",
    text_body="Hi <Kim>\n",
    html_body='<p>Hi</p><img src="cid:logo"><script>alert(1)</script>',
    attachments=[MailAttachment("a b.txt", b"<script>"), MailAttachment("l.png", b"PNG", "image/png", "logo")],
)

TEMPLATES = {
    "welcome.subject.txt": "{hello}\n {name}\n",
    "welcome.txt": "{hello} {name}",
    "welcome.html": "<style>p{{}}</style><p>{hello} {name}</p>",
}


@pytest.fixture
def render():
    translator = MemoryTranslator()
    translator.register({"hello": "Hello"}, "en")
    translator.register({"hello": "Hallo"}, "de")
    return lambda name, context: TEMPLATES[name].format(hello=translator.translate("hello"), **context)


def test_a_message_is_made_of_its_templates_in_a_locale(render):
    message = render_message(
        render,
        "welcome",
        {"name": "Kim"},
        locale="de",
        inline_css=lambda html: html.partition("</style>")[2],
        from_="shop@example.org",
        to="kim@example.org",
    )
    assert (message.subject, message.text_body) == ("Hallo Kim", "Hallo Kim")
    assert message.html_body == "<p>Hallo Kim</p>"


def test_only_the_parts_that_are_named_are_rendered(render):
    message = render_message(render, "welcome", {"name": "Kim"}, parts=["text"], from_="a@b.c", subject="Mine")
    assert (message.subject, message.text_body, message.html_body) == ("Mine", "Hello Kim", "")


def get(viewer, path, method="GET", root=""):
    sent = []

    async def send(event):
        sent.append(event)

    scope = {"type": "http", "method": method, "path": root + path, "root_path": root}
    asyncio.run(viewer(scope, None, send))
    headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"]


@pytest.fixture
def viewer():
    mailer = MemoryMailer()
    asyncio.run(mailer.deliver(LETTER))
    return MailViewer(mailer, {"welcome & co": lambda: LETTER})


def test_the_list_leads_to_each_message_and_preview(viewer):
    status, headers, body = get(viewer, "/", root="/dev/mail")
    assert status == 200
    assert b'<a href="/dev/mail/mail/mail-1">&lt;b&gt;Hi&lt;/b&gt;</a>' in body
    assert b'<a href="/dev/mail/preview/welcome%20%26%20co">welcome &amp; co</a>' in body
    assert "script-src" not in headers["content-security-policy"]
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert b"No mail yet" in get(MailViewer(MemoryMailer()), "/")[2]


def test_a_message_is_shown_with_its_recipients_and_files(viewer):
    for path in ("/mail/mail-1", "/preview/welcome & co"):
        status, _, body = get(viewer, path)
        assert status == 200
        assert b"audit@example.org" in body
        assert b"<pre>Hi &lt;Kim&gt;" in body
        assert b"a b.txt</a> (8 bytes)" in body


def test_the_html_of_a_message_runs_no_script_and_has_its_images(viewer):
    _, headers, body = get(viewer, "/mail/mail-1/html")
    assert "sandbox" in headers["content-security-policy"]
    assert b"data:image/png;base64,UE5H" in body


def test_files_are_downloads(viewer):
    _, headers, body = get(viewer, "/mail/mail-1/attachments/0")
    assert (headers["content-type"], body) == ("application/octet-stream", b"<script>")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''a%20b.txt"
    assert headers["x-content-type-options"] == "nosniff"
    _, headers, body = get(viewer, "/mail/mail-1/eml")
    assert email.message_from_bytes(body, policy=email.policy.SMTP)["Subject"] == "<b>Hi</b>"


@pytest.mark.parametrize(
    "path", ["/mail/mail-2", "/mail/mail-1/attachments/9", "/mail/mail-1/x", "/preview/none", "/x", "/mail/../etc"]
)
def test_what_is_not_there_is_not_found(viewer, path):
    assert get(viewer, path)[0] == 404


def test_nothing_but_reading_is_answered(viewer):
    assert get(viewer, "/", method="POST")[0] == 405
    assert get(viewer, "/", method="HEAD")[2] == b""


@pytest.fixture(scope="module")
def key():
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private, b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])


@pytest.mark.parametrize("sender", ["shop@example.org", "shop@news.example.org"])
def test_a_signature_is_verified_with_the_published_key(arlen_smtp, key, sender):
    private, record = key

    async def scenario():
        signer = DkimSigner({"example.org": DkimKey("2026", private)})
        mailer = SmtpMailer(SmtpSettings(arlen_smtp.host, arlen_smtp.port, tls="none"), signer=signer)
        await mailer.deliver(MailMessage(from_=sender, to="kim@example.org", subject="Grüße", text_body="Hi  \n\n"))
        await mailer.close()

    asyncio.run(scenario())
    asked = []

    def lookup(name, timeout=5):
        asked.append(name)
        return record

    raw = arlen_smtp.messages[0].raw
    assert dkim.verify(raw, dnsfunc=lookup)
    assert asked == [b"2026._domainkey.example.org."]
    assert b"c=relaxed/relaxed" in raw
    assert not dkim.verify(raw.replace(b"Hi", b"Ho"), dnsfunc=lookup)


def test_a_domain_without_a_key_travels_unsigned(key):
    assert DkimSigner({"example.org": DkimKey("s", key[0])}).sign(b"From: a@other.org\r\n\r\nx", "other.org") == (
        b"From: a@other.org\r\n\r\nx"
    )


def test_what_is_no_key_is_refused():
    with pytest.raises(MailError) as caught:
        DkimSigner({"example.org": DkimKey("s", b"no key")}).sign(b"From: a@example.org\r\n\r\nx", "example.org")
    assert caught.value.code == "dkim_failed"


def test_without_the_library_the_extra_is_named(import_blocker):
    import_blocker("dkim", forget=["arlen_services.mail"])
    with pytest.raises(MissingDependencyError, match=r"arlen-services\[dkim\]"):
        import arlen_services.mail.dkim  # noqa: F401
