"""Deleting what customers uploaded and never sent."""

from shop.events.registry import due
from shop.files.selectors import list_to_look_at
from shop.files.services import look_at_picture


@due("picture.forget", find=list_to_look_at)
def forget_picture(picture_id: int) -> None:
    look_at_picture(picture_id)
