"""Work of the night."""

from celery import shared_task

from shop.events.nightly import check_slice
from shop.events.sweeping import watched


@shared_task
@watched("books.compare")
def check_books_nightly(check_id: int) -> None:
    """Look at a slice of what happened, then queue up again behind what came meanwhile."""
    if check_slice():
        check_books_nightly.delay(check_id)
