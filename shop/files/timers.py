"""Deleting what was uploaded and never used, what was produced and is over, and files that no row names."""

from shop.events.registry import due
from shop.files.loose import list_due_loose, take_up
from shop.files.produced import forget_produced
from shop.files.selectors import list_expired, list_to_look_at
from shop.files.services import look_at_picture
from shop.files.tasks import delete_loose_file

TASK_HOLDS_S = 60


@due("picture.forget", find=list_to_look_at)
def forget_picture(picture_id: int) -> None:
    look_at_picture(picture_id)


@due("produced_file.forget", find=list_expired)
def forget_produced_file(file_id: int) -> None:
    forget_produced(file_id)


@due("file.delete", find=list_due_loose, outside=True)
def delete_file(loose_id: int) -> None:
    take_up(loose_id)
    delete_loose_file.apply_async((loose_id,), expires=TASK_HOLDS_S)
