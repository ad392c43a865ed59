"""The queues of tasks: what goes where, so that nobody waits behind what has nothing to do with them.

The handler and the timer that enqueue a task name the same queue, which they ask for room. Who serves which queue:
`docker-compose.yml`, and the table in docs/deploy.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Queue:
    """`tasks` are patterns of task names; `workers` is how many run at a time in the set-up of docker-compose.yml."""

    name: str
    holds: str
    tasks: tuple[str, ...]
    workers: int


GENERAL = "celery"
PAYMENTS = "payments"
CARRIERS = "carriers"
JOBS = "jobs"
QUEUES = {
    queue.name: queue
    for queue in (
        Queue(
            GENERAL,
            "the nightly comparing of the books, deleting stored files, buyers, WeChat and groups that are told",
            (
                "shop.events.tasks.*",
                "shop.files.tasks.*",
                "orders.notices.tasks.*",
                "orders.wechat_report.tasks.*",
                "notifications.robots.tasks.*",
            ),
            1,
        ),
        Queue(
            PAYMENTS,
            "questions to payment gateways and refunds, which may wait long for an answer",
            ("orders.payments.tasks.*",),
            2,
        ),
        Queue(
            CARRIERS,
            "waybills, tracking and prints, for which somebody waits at the packing table",
            (
                *("orders.waybills.tasks.*", "orders.collections.tasks.*"),
                *("orders.shipping.tasks.*", "orders.printing.tasks.*", "orders.tracking.tasks.*"),
            ),
            2,
        ),
        Queue(
            JOBS,
            "bulk work, imports, exports and bills, which take minutes",
            ("shop.jobs.tasks.*", "orders.exports.tasks.*", "orders.bills.tasks.*"),
            1,
        ),
    )
}
ROUTES = {pattern: {"queue": queue.name} for queue in QUEUES.values() for pattern in queue.tasks}
EVERY_QUEUE = ",".join(QUEUES)
"""For one worker that serves all of them, as in the demo."""
