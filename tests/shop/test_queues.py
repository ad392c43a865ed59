"""Every task goes into a queue of the table, and every queue of the table has a worker in every set-up."""

from collections import Counter
from fnmatch import fnmatch
from typing import Any

import pytest
from celery import current_app

from harness.processes import PROJECT
from shop.demo.supervisor.shop import WORKER_OPTIONS
from shop.events.registry import HANDLERS, TIMERS
from shop.queues import CARRIERS, GENERAL, JOBS, PAYMENTS, QUEUES
from tests.production import compose

TASKS = {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}
WORKERS = {
    name: described["command"]
    for name, described in compose.COMPOSE["services"].items()
    if described.get("command", [""])[0] == "celery"
}


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def find_queue(task: str) -> str:
    """Where Celery would put it."""
    return str(current_app.amqp.router.route({}, task)["queue"].name)


def test_money_couriers_and_bulk_work_do_not_wait_for_each_other() -> None:
    assert set(QUEUES) == {GENERAL, PAYMENTS, CARRIERS, JOBS}
    assert find_queue("orders.payments.tasks.send_refund") == PAYMENTS
    assert find_queue("orders.shipping.tasks.any_waybill") == CARRIERS
    assert find_queue("shop.jobs.tasks.run_job") == JOBS
    assert find_queue("shop.events.tasks.check_books_nightly") == GENERAL


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_task_is_named_by_one_queue_and_goes_there(name: str) -> None:
    """Not by chance into Celery's default queue."""
    named = [queue.name for queue in QUEUES.values() for pattern in queue.tasks if fnmatch(name, pattern)]
    assert named == [find_queue(name)]


@pytest.mark.parametrize("declared", [*TIMERS.values(), *HANDLERS.values()], ids=lambda each: each.name)
def test_timers_and_handlers_ask_for_room_in_a_queue_of_the_table(declared: Any) -> None:
    assert declared.queue in QUEUES


def test_every_queue_is_served_by_one_service_of_the_compose_file() -> None:
    served = Counter(queue for command in WORKERS.values() for queue in option(command, "-Q").split(","))
    assert served == Counter(list(QUEUES))


@pytest.mark.parametrize("service", sorted(WORKERS))
def test_a_service_has_as_many_children_as_its_queues_are_to_have(service: str) -> None:
    queues = option(WORKERS[service], "-Q").split(",")
    assert int(option(WORKERS[service], "-c")) == sum(QUEUES[queue].workers for queue in queues)


def test_bulk_work_cannot_hold_up_money_or_couriers() -> None:
    apart = [set(option(command, "-Q").split(",")) for command in WORKERS.values()]
    assert {PAYMENTS} in apart and {CARRIERS} in apart


def test_the_one_worker_of_the_demo_serves_all() -> None:
    assert set(option(WORKER_OPTIONS, "-Q").split(",")) == set(QUEUES)


@pytest.mark.parametrize("service", sorted(WORKERS))
def test_the_operators_table_names_every_service_with_its_queues(service: str) -> None:
    row = f"| {service} | `celery … -Q {option(WORKERS[service], '-Q')}` |"
    assert row in (PROJECT / "docs/deploy.md").read_text()
