"""Dramatiq with ten threads."""

from threading import Event

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from meter import CONCURRENCY, enqueue_all_in_turn, given

address, meter = given()
broker = RedisBroker(url=address)
dramatiq.set_broker(broker)


@dramatiq.actor
def noop(number: int) -> None:
    meter.count()


enqueue_all_in_turn(meter, noop.send)
worker = dramatiq.Worker(broker, worker_threads=CONCURRENCY)
worker.start()
Event().wait()
