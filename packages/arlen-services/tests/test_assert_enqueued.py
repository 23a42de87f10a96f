import asyncio

import pytest
from arlen_services.jobs import MemoryJobQueue
from arlen_testkit.jobs import assert_enqueued


def test_it_holds_for_what_waits_and_tells_what_there_is_otherwise():
    async def law():
        queue = MemoryJobQueue()
        await queue.enqueue("mail", {"to": "hank"})
        await queue.enqueue("mail", {"to": "peggy"})
        [job] = await assert_enqueued(queue, "mail", payload={"to": "hank"})
        assert job.attempt == 0
        await assert_enqueued(queue, "mail", count=2)
        await assert_enqueued(queue, "report", count=0)
        with pytest.raises(AssertionError, match=r"0 instead of 1 jobs mail with .* wait") as caught:
            await assert_enqueued(queue, "mail", payload={"to": "bobby"})
        assert "mail {'to': 'peggy'}" in str(caught.value)

    asyncio.run(law())
