"""Celery with ten threads."""

from celery import Celery
from meter import CONCURRENCY, enqueue_all_in_turn, given

address, meter = given()
app = Celery("bench", broker=address)
app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False)


@app.task(name="noop")
def noop(number: int) -> None:
    meter.count()


enqueue_all_in_turn(meter, noop.delay)
options = ["worker", f"--concurrency={CONCURRENCY}", "--pool=threads", "--loglevel=ERROR"]
app.worker_main([*options, "--without-gossip", "--without-mingle"])
