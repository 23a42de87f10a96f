from pathlib import Path

import pytest
from arlen_services.attachments import FileAttachments, MemoryAttachments
from arlen_services.attachments.s3 import S3Attachments, S3Place
from arlen_testkit.contracts.attachments import RetainingStoreContract


class TestMemoryAttachments(RetainingStoreContract):
    def make_store(self):
        return MemoryAttachments()


class TestFileAttachments(RetainingStoreContract):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path):
        self.root = tmp_path / "attachments"

    def make_store(self):
        return FileAttachments(self.root)


class TestS3Attachments(RetainingStoreContract):
    @pytest.fixture(autouse=True)
    def _place(self, arlen_s3):
        self.place = S3Place(
            arlen_s3.bucket,
            prefix="some/where",
            region=arlen_s3.region,
            endpoint=arlen_s3.endpoint,
            access_key=arlen_s3.access_key,
            secret_key=arlen_s3.secret_key,
        )

    def make_store(self):
        return S3Attachments(self.place)
