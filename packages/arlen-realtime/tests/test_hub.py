import asyncio
from contextlib import AsyncExitStack

import pytest
from arlen_realtime import Hub, HubError, Message, SlowConsumer, SubscriptionRejected
from hypothesis import given
from hypothesis import strategies as st


async def read(messages, count):
    return [(await anext(messages)).data for _ in range(count)]


async def twice(subscription):
    async with subscription, subscription:
        pass


def test_a_message_reaches_everyone_on_its_channel_and_nobody_else():
    async def scenario():
        hub = Hub()
        async with hub.subscribe("orders") as one, hub.subscribe(" Orders ") as two, hub.subscribe("news") as other:
            assert await hub.publish("ORDERS", {"id": 7}, event="paid") == 2
            assert await anext(one) == await anext(two) == Message(1, "orders", "paid", {"id": 7})
            assert other.queued == 0

    asyncio.run(scenario())


def test_a_waiting_subscriber_is_woken():
    async def scenario():
        hub = Hub()
        async with hub.subscribe("orders") as messages:
            reader = asyncio.create_task(read(messages, 2))
            await asyncio.sleep(0)
            await hub.publish("orders", "a")
            await hub.publish("orders", "b")
            assert await reader == ["a", "b"]
            reader = asyncio.create_task(read(messages, 1))
            await asyncio.sleep(0)
            await hub.publish("orders", "c")
            assert await reader == ["c"]

    asyncio.run(scenario())


def test_messages_of_all_channels_have_growing_ids():
    async def scenario():
        hub = Hub()
        async with hub.subscribe("a") as a, hub.subscribe("b") as b:
            for channel in "abab":
                await hub.publish(channel, None)
            assert [(await anext(a)).id, (await anext(a)).id] == [1, 3]
            assert [(await anext(b)).id, (await anext(b)).id] == [2, 4]

    asyncio.run(scenario())


def test_a_subscription_begins_with_its_block_and_ends_with_it():
    async def scenario():
        hub = Hub()
        subscription = hub.subscribe("orders")
        assert await hub.publish("orders", "too early") == 0
        with pytest.raises(HubError) as early:
            await anext(subscription)
        async with subscription as messages:
            assert await hub.publish("orders", "seen") == 1
            assert await read(messages, 1) == ["seen"]
            await hub.publish("orders", "unread")
        assert await hub.publish("orders", "too late") == 0
        with pytest.raises(HubError) as late:
            await anext(subscription)
        assert (early.value.code, late.value.code) == ("not_subscribed", "not_subscribed")

    asyncio.run(scenario())


def test_the_oldest_message_is_dropped_where_the_subscriber_wants_the_newest():
    async def scenario():
        hub = Hub()
        async with hub.subscribe("ticks", queue_size=2, overflow="drop_oldest") as messages:
            for tick in range(5):
                assert await hub.publish("ticks", tick) == 1
            assert messages.dropped == hub.metrics().dropped_messages == 3
            assert await read(messages, 2) == [3, 4]

    asyncio.run(scenario())


def test_a_subscriber_that_does_not_keep_up_reads_what_is_queued_and_then_learns_why_it_ended():
    async def scenario():
        hub = Hub(queue_size=2)
        async with hub.subscribe("orders") as slow, hub.subscribe("orders", queue_size=9) as quick:
            assert [await hub.publish("orders", n) for n in range(4)] == [2, 2, 1, 1]
            assert hub.subscriber_count("orders") == 1
            assert await read(slow, 2) == [0, 1]
            for _ in range(2):
                with pytest.raises(SlowConsumer) as caught:
                    await anext(slow)
            assert caught.value.details == {"channel": "orders", "queue_size": 2}
            assert await read(quick, 4) == [0, 1, 2, 3]
        assert hub.metrics().total_unsubscriptions == 2

    asyncio.run(scenario())


def test_closing_ends_every_subscriber_after_what_it_has_queued():
    async def scenario():
        hub = Hub()
        async with hub.subscribe("orders") as queued, hub.subscribe("news") as waiting:
            reader = asyncio.create_task(anext(waiting, "ended"))
            await asyncio.sleep(0)
            await hub.publish("orders", "last")
            await hub.close()
            await hub.close()
            assert [message.data async for message in queued] == ["last"]
            assert await reader == "ended"
        assert hub.metrics().active_subscribers == 0
        with pytest.raises(HubError) as caught:
            await hub.publish("orders", "more")
        assert caught.value.code == "hub_closed"
        with pytest.raises(HubError):
            await hub.subscribe("orders").__aenter__()

    asyncio.run(scenario())


def test_a_cancelled_reader_loses_no_message():
    async def scenario():
        hub = Hub()
        async with hub.subscribe("orders") as messages:
            reader = asyncio.create_task(anext(messages))
            await asyncio.sleep(0)
            await hub.publish("orders", "kept")
            reader.cancel()
            await asyncio.wait([reader])
            assert await read(messages, 1) == ["kept"]

    asyncio.run(scenario())


def test_limits_are_checked_total_first_and_a_place_that_was_left_is_free():
    async def scenario():
        hub = Hub(max_total_subscribers=2, max_subscribers_per_channel=1)
        async with AsyncExitStack() as places:
            outcomes = []
            for channel in ("updates", "updates", "alerts", "news"):
                try:
                    await places.enter_async_context(hub.subscribe(channel))
                    outcomes.append("in")
                except SubscriptionRejected as error:
                    outcomes.append(error.code)
            assert outcomes == ["in", "max_channel_subscribers", "in", "max_total_subscribers"]
            metrics = hub.metrics()
            assert (metrics.active_subscribers, metrics.active_channels) == (2, 2)
            assert (metrics.total_subscriptions, metrics.rejected_subscriptions) == (2, 2)
        assert (hub.metrics().active_subscribers, hub.metrics().total_unsubscriptions) == (0, 2)
        async with hub.subscribe("news"):
            assert hub.metrics().peak_subscribers == 2

    asyncio.run(scenario())


def test_leaving_while_a_message_is_on_its_way_harms_nobody():
    async def scenario():
        hub = Hub()
        async with hub.subscribe("orders") as stays:
            async with hub.subscribe("orders"):
                publishing = asyncio.create_task(hub.publish("orders", 1))
            await publishing
            assert await read(stays, 1) == [1]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: Hub().subscribe(" "), "blank_channel"),
        (lambda: Hub().subscriber_count(""), "blank_channel"),
        (lambda: asyncio.run(Hub().publish("\t", 1)), "blank_channel"),
        (lambda: Hub(queue_size=0), "invalid_limit"),
        (lambda: Hub().subscribe("a", queue_size=0), "invalid_limit"),
        (lambda: Hub(max_total_subscribers=-1), "invalid_limit"),
        (lambda: Hub(overflow="wait"), "unknown_overflow"),
        (lambda: Hub().subscribe("a", overflow="wait"), "unknown_overflow"),
        (lambda: asyncio.run(twice(Hub().subscribe("a"))), "already_subscribed"),
    ],
)
def test_a_wrong_call_has_a_code(call, code):
    with pytest.raises(HubError) as caught:
        call()
    assert caught.value.code == code


@given(st.lists(st.one_of(st.integers(), st.just("read")), max_size=40), st.integers(1, 4))
def test_a_queue_that_drops_the_oldest_is_the_tail_of_what_was_published(steps, size):
    async def scenario():
        hub = Hub(queue_size=size, overflow="drop_oldest")
        model = []
        async with hub.subscribe("c") as messages:
            for step in steps:
                if step != "read":
                    await hub.publish("c", step)
                    model = [*model, step][-size:]
                elif model:
                    assert await read(messages, 1) == [model.pop(0)]
            assert await read(messages, len(model)) == model

    asyncio.run(scenario())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40))
def test_the_counts_agree_with_who_is_subscribed(steps):
    async def scenario():
        hub = Hub()
        inside = {"a": [], "b": [], "c": []}
        for channel, enter in steps:
            if enter:
                inside[channel].append(await hub.subscribe(channel).__aenter__())
            elif inside[channel]:
                await inside[channel].pop().__aexit__(None, None, None)
            metrics = hub.metrics()
            assert metrics.active_channels == sum(map(bool, inside.values()))
            assert metrics.active_subscribers == sum(map(len, inside.values()))
            assert hub.subscriber_count(channel) == len(inside[channel])

    asyncio.run(scenario())
