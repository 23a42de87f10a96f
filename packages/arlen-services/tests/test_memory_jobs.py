import pytest
from arlen_services.jobs import MemoryJobQueue
from arlen_testkit.contracts.jobs import JobQueueContract


class TestMemoryJobQueue(JobQueueContract):
    @pytest.fixture(autouse=True)
    def one_queue(self):
        self.queue = MemoryJobQueue()

    def make_queue(self):
        return self.queue
