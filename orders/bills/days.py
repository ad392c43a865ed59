"""Days of bills: they are Beijing's, whatever the shop's time zone."""

from datetime import date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
READY_HOUR = 10
"""Bills of a day are there from nine to ten o'clock of the next one, says the vendor."""
LOOK_BACK = 7
"""So many days are caught up."""
KEPT_DAYS = 90
"""The platform keeps bills for three months."""
EDGE = timedelta(hours=1)
"""What was paid so near to midnight may stand in the bill of the day beside it."""
A_DAY = timedelta(days=1)


def day_of(moment: datetime) -> date:
    """The day of a moment."""
    return moment.astimezone(BEIJING).date()


def start_of(day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time.min, BEIJING)


def ready_at(day: date) -> datetime:
    """When the bill of a day may be asked for."""
    return start_of(day + A_DAY) + timedelta(hours=READY_HOUR)
