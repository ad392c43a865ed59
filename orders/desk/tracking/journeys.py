"""A journey on the page of its order."""

from orders.tracking.models import Tracking


def mark_journey(journey: Tracking) -> str:
    """What tells whether an open page shows it as it is."""
    return f"{journey.version}-{len(journey.told)}"
