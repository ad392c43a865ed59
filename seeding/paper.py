"""Receipts of the past, from the pretend 飞鹅."""

from orders.printing.models import PrintJob
from orders.printing.services.asking import print_on
from orders.printing.tasks import ask_printer
from seeding.world import Scene
from shop.demo.standins.faults import Fault
from shop.printers.selectors import list_ready


def print_receipt(scene: Scene) -> None:
    """The service takes it on, and says when it is asked again that it is on paper."""
    job = _request(scene)
    ask_printer(job.pk)
    ask_printer(job.pk)


def print_in_doubt(scene: Scene) -> None:
    """No answer that can be believed: a person looks whether it is on paper."""
    job = _request(scene)
    scene.world.standins.faults.add(Fault("/", "html", times=1, seconds=0))
    ask_printer(job.pk)


def _request(scene: Scene) -> PrintJob:
    return print_on(scene.order_id, printer_id=list_ready()[0].pk, actor=scene.staff)
