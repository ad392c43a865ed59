"""Deleting files, away from the timers: a store may hang."""

from celery import shared_task

from shop.events.sweeping import watched
from shop.files.loose import delete_loose


@shared_task
@watched("file.delete")
def delete_loose_file(loose_id: int) -> None:
    delete_loose(loose_id)
