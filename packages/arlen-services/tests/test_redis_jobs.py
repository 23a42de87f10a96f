import pytest
from arlen_services.jobs.redis import RedisJobQueue
from arlen_testkit.contracts.jobs import JobQueueContract


class TestRedisJobQueue(JobQueueContract):
    durable = True

    @pytest.fixture(autouse=True)
    def place(self, arlen_redis):
        self.space = arlen_redis

    def make_queue(self):
        return RedisJobQueue(self.space.url, namespace=f"{self.space.prefix}jobs")
