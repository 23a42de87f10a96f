"""S3 for tests: objects go in and come out, and the next test sees none of them."""

from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from arlen_testkit.errors import ServiceUnavailable
from arlen_testkit.imports import import_blocker
from arlen_testkit.servers.s3 import S3Bucket, s3_server


def send(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    with urlopen(Request(url, data=body, method=method, headers=headers or {}), timeout=30) as answer:
        content: bytes = answer.read()
    return content


def test_an_object_comes_back_as_it_was_put(arlen_s3: S3Bucket) -> None:
    url = f"{arlen_s3.endpoint}/{arlen_s3.bucket}/reports/2026.txt"
    send("PUT", url, b"all is well", {"content-type": "text/plain", "x-amz-acl": "public-read"})
    assert send("GET", url) == b"all is well"


def test_the_next_bucket_is_empty_and_the_only_one(arlen_s3: S3Bucket) -> None:
    assert b"<Key>" not in send("GET", f"{arlen_s3.endpoint}/{arlen_s3.bucket}?list-type=2")
    assert send("GET", f"{arlen_s3.endpoint}/").count(b"<Bucket>") == 1


def test_a_missing_object_is_the_error_that_s3_gives(arlen_s3: S3Bucket) -> None:
    with pytest.raises(HTTPError) as caught:
        send("GET", f"{arlen_s3.endpoint}/{arlen_s3.bucket}/absent")
    with caught.value as answer:
        assert answer.code == 404
        assert b"NoSuchKey" in answer.read()


def test_it_listens_on_the_loopback_interface_only_and_ends_with_its_block() -> None:
    with s3_server() as server:
        assert server.endpoint.startswith("http://127.0.0.1:")
    with pytest.raises(URLError):
        send("GET", server.endpoint)


def test_without_moto_the_error_says_what_to_install() -> None:
    with import_blocker("moto"), pytest.raises(ServiceUnavailable, match=r"arlen-testkit\[servers\]") as caught:
        s3_server().__enter__()
    assert caught.value.code == "not_installed"
