"""Until when somebody has to move, and what happens then: started by each step, swept by a timer."""

from datetime import timedelta
from typing import Any

from aftersales.choices import Overdue, State
from aftersales.terms.models import AftersaleTerms
from shop import clock

DAY = timedelta(days=1)


def start_clock(state: State, terms: AftersaleTerms) -> dict[str, Any]:
    """The columns of an after-sale that has come into this state now; nobody waits in those that are over."""
    spans = {
        State.ASKED: (timedelta(hours=terms.answer_hours), terms.answer_overdue),
        State.TO_RETURN: (terms.send_days * DAY, terms.send_overdue),
        State.RETURNING: (terms.check_days * DAY, Overdue.NOTHING),
        State.RECEIVED: (timedelta(hours=terms.answer_hours), Overdue.NOTHING),
    }
    if state not in spans:
        return {"due_at": None, "look_at": None, "overdue_rule": Overdue.NOTHING}
    span, rule = spans[state]
    now = clock.now()
    # People are warned a day before the end, yet not before half of the time is over.
    return {"due_at": now + span, "look_at": now + max(span - DAY, span / 2), "overdue_rule": rule}


def start_verdict_clock(terms: AftersaleTerms) -> dict[str, Any]:
    """The columns of a dispute that begins now: until when a supervisor decides, and when they are reminded."""
    now, span = clock.now(), terms.verdict_days * DAY
    return {"due_at": now + span, "look_at": now + max(span - DAY, span / 2)}
