from pathlib import Path

import pytest
from arlen_services.attachments import FileAttachments, MemoryAttachments
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
