"""A sheet with tracking numbers, from its rows to what the page says of each."""

from collections.abc import Sequence
from typing import Any

from orders.desk.bulk.sheet import SHIPMENTS
from orders.models import Order
from orders.shipping.models import Parcel, ParcelState
from shop.actor import Actor
from shop.jobs.models import Job
from shop.jobs.services import confirm_job
from shop.jobs.sheets.selectors import list_contents
from shop.jobs.sheets.services import upload_sheet
from shop.staff.models import StaffUser
from tests import cast
from tests.sheets.importing import list_rows, work
from tests.sheets.making import xlsx

HEADER = ("订单号", "快递公司", "运单号", "SKU编码", "数量")
SHORT = ("订单号", "运单号")


def shipper() -> Actor:
    return cast.actor_of(cast.make_staff("warehouse"))


def send(
    rows: Sequence[Sequence[Any]],
    *,
    header: Sequence[str] = HEADER,
    courier: str = "",
    actor: Actor | None = None,
    raw: bytes = b"",
) -> Job:
    """The job of a sheet with these rows below its header, checked."""
    content = raw or xlsx([header, *rows])
    actor, choices = actor or shipper(), {"courier": courier}
    return work(upload_sheet(SHIPMENTS, "发货.xlsx", content, actor=actor, key="key", choices=choices))


def confirm(job: Job) -> Job:
    confirm_job(job.pk, actor=cast.actor_of(StaffUser.objects.get(pk=job.made_by_id)))
    return work(job)


def ship(rows: Sequence[Sequence[Any]], **kwargs: Any) -> Job:
    return confirm(send(rows, **kwargs))


def say(job: Job) -> list[tuple[str, str]]:
    """(fate, everything that is said) of every row, in the order of the sheet."""
    rows = list_rows(job)
    contents = list_contents(rows)
    said = [row.reason or " ".join(line.words for line in contents[row.position].lines["en"]) for row in rows]
    return [(row.fate or "", words) for row, words in zip(rows, said, strict=True)]


def numbers_of(order: Order) -> list[tuple[str, int]]:
    """(tracking number, pieces of this order) of its live parcels."""
    parcels = Parcel.objects.filter(lines__order_line__order=order).exclude(state=ParcelState.UNDONE)
    found = parcels.order_by("pk", "lines").values_list("tracking_no", "lines__quantity")
    return list(found)
