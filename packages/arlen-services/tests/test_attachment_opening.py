import asyncio
from datetime import timedelta

import pytest
from arlen_services import AttachmentError, AttachmentSettings
from arlen_services.attachments import AttachmentPolicy, open_attachments
from arlen_services.attachments.opening import policy_of


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("memory:", "memory_attachments"),
        ("file:storage/attachments", "file_attachments"),
        ("s3://bucket/prefix?region=eu-central-1&endpoint=http://localhost:1", "s3_attachments"),
        ("s3://key:sec%2Fret@bucket?region=eu-central-1&encryption=AES256", "s3_attachments"),
    ],
)
def test_a_scheme_names_an_adapter(url, name, tmp_path):
    assert open_attachments(AttachmentSettings(url=url), tmp_path).adapter_name == name


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("file:a/b", "a/b"),
        ("file:{root}/absolute", "absolute"),
        ("file://{root}/absolute", "absolute"),
        ("file:~/c", "c"),
    ],
)
def test_a_directory_is_below_the_root_or_absolute_or_at_home(url, place, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    store = open_attachments(AttachmentSettings(url=url.format(root=tmp_path)), tmp_path)
    asyncio.run(store.save("a", None, b"x"))
    assert len(list((tmp_path / place).iterdir())) == 2


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://user:hunter2@host/", "unknown_scheme"),
        ("", "unknown_scheme"),
        ("file:", "invalid_url"),
        ("file://host/dir", "invalid_url"),
        ("s3://", "invalid_url"),
        ("s3://key:hunter2@", "invalid_url"),
        ("s3://hunter2@bucket", "invalid_url"),
        ("s3://key:hunter2@bucket?regoin=x", "invalid_url"),
        ("s3://[hunter2", "invalid_url"),
    ],
)
def test_a_wrong_address_names_the_setting_and_keeps_the_secret(url, code):
    with pytest.raises(AttachmentError, match=r"attachments\.url") as caught:
        open_attachments(AttachmentSettings(url=url))
    assert caught.value.code == code
    assert "hunter2" not in f"{caught.value}{caught.value.details}"


def test_the_settings_become_the_policy_of_the_store():
    settings = AttachmentSettings(url="memory:", max_bytes=0, allowed_types=("Image/* ",), mismatch="reject")
    assert policy_of(settings) == AttachmentPolicy(None, frozenset({"image/*"}), "reject")
    with pytest.raises(AttachmentError) as caught:
        asyncio.run(open_attachments(settings).save("a", "text/plain", b"x"))
    assert caught.value.code == "type_refused"


def test_one_suite_of_steps_runs_on_every_address(arlen_s3, tmp_path):
    s3 = (
        f"s3://{arlen_s3.access_key}:{arlen_s3.secret_key}@{arlen_s3.bucket}/app"
        f"?region={arlen_s3.region}&endpoint={arlen_s3.endpoint}"
    )

    async def steps(url):
        store = open_attachments(AttachmentSettings(url=url), tmp_path)
        saved = await store.save("a.txt", "text/plain", b"hello")
        data = (await store.read(saved)).data
        await store.discard(saved, undo_for=timedelta(days=1))
        return data, await store.read(saved), await store.restore(saved), await store.delete(saved)

    assert {asyncio.run(steps(url)) for url in ("memory:", "file:here", s3)} == {(b"hello", None, True, True)}
