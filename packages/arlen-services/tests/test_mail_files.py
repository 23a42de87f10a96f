"""Mail in a directory: names, modes, other processes, files that somebody broke."""

import asyncio
import email
import email.policy
import json
import os
import stat
import subprocess
import sys

import pytest
from arlen_services.errors import MailError
from arlen_services.mail import FileMailer, MailMessage

LETTER = MailMessage(from_="shop@example.org", to="kim@example.org", subject="Grüße")


def delivered(directory):
    return [each.delivery_id for each in asyncio.run(FileMailer(directory).deliveries())]


def test_a_message_is_a_file_of_its_owner(tmp_path):
    asyncio.run(FileMailer(tmp_path / "a" / "b").deliver(LETTER))
    (file,) = (tmp_path / "a" / "b").iterdir()
    assert file.name == "mail-1.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    stored = json.loads(file.read_text("utf-8"))
    assert stored["delivery_id"] == "mail-1"
    assert stored["message"]["from"] == "shop@example.org"


def test_the_mime_message_stands_beside_it_when_asked_for(tmp_path):
    asyncio.run(FileMailer(tmp_path, eml=True).deliver(LETTER))
    mail = email.message_from_bytes((tmp_path / "mail-1.eml").read_bytes(), policy=email.policy.SMTP)
    assert mail["Subject"] == "Grüße"


def test_numbers_go_on_from_the_highest_on_disk_and_are_in_the_order_of_numbers(tmp_path):
    mailer = FileMailer(tmp_path)
    for _ in range(11):
        asyncio.run(mailer.deliver(LETTER))
    (tmp_path / "mail-4.json").unlink()
    assert asyncio.run(FileMailer(tmp_path).deliver(LETTER)) == "mail-12"
    assert delivered(tmp_path) == [f"mail-{n}" for n in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12)]


def test_a_broken_file_is_passed_over_with_a_warning(tmp_path, caplog):
    asyncio.run(FileMailer(tmp_path).deliver(LETTER))
    for number, text in ((2, "{"), (3, "[]"), (4, '{"delivery_id": "mail-4"}')):
        (tmp_path / f"mail-{number}.json").write_text(text)
    assert delivered(tmp_path) == ["mail-1"]
    assert [os.path.basename(record.file) for record in caplog.records] == ["mail-2.json", "mail-3.json", "mail-4.json"]


def test_reset_leaves_the_files_of_others(tmp_path):
    (tmp_path / "mail-x.json").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine")
    mailer = FileMailer(tmp_path, eml=True)
    asyncio.run(mailer.deliver(LETTER))
    asyncio.run(mailer.reset())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mail-x.json", "notes.txt"]
    assert asyncio.run(mailer.deliver(LETTER)) == "mail-1"


PROGRAM = """
import asyncio, sys
from arlen_services.mail import FileMailer, MailMessage
async def main():
    mailer = FileMailer(sys.argv[1])
    for _ in range(15):
        print(await mailer.deliver(MailMessage(from_="a@example.org", to="b@example.org")))
asyncio.run(main())
"""


def test_processes_that_deliver_at_once_never_share_a_number(tmp_path):
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ids = [line for process in running for line in process.communicate(timeout=60)[0].split()]
    assert sorted(ids, key=lambda each: int(each[5:])) == [f"mail-{n}" for n in range(1, 46)]
    assert len(delivered(tmp_path)) == 45


@pytest.mark.parametrize(
    ("directory", "code"),
    [(" ", "directory_blank"), ("file/below", "directory_unusable"), ("file", "directory_unusable")],
)
def test_a_directory_that_cannot_be_is_refused(tmp_path, monkeypatch, directory, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(MailError) as caught:
        FileMailer(directory)
    assert caught.value.code == code


def test_metadata_that_is_no_json_is_refused_and_leaves_no_file(tmp_path):
    with pytest.raises(MailError) as caught:
        asyncio.run(FileMailer(tmp_path).deliver(MailMessage(from_="a@b.c", to="d@e.f", metadata={"x": object()})))
    assert caught.value.code == "not_serializable"
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_vanished_is_an_error_that_may_pass(tmp_path):
    mailer = FileMailer(tmp_path / "mail")
    (tmp_path / "mail").rmdir()
    for call in (lambda: mailer.deliver(LETTER), mailer.deliveries):
        with pytest.raises(MailError) as caught:
            asyncio.run(call())
        assert not caught.value.permanent
