"""Bringing a case before a supervisor, and taking that back; while it is disputed its other times stand still."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aftersales.choices import About, DisputeState
from aftersales.clocks import start_verdict_clock
from aftersales.models import LONGEST_WORDS, Aftersale, Dispute
from aftersales.services.locking import locked_aftersale
from aftersales.services.pictures import add_pictures
from aftersales.terms.selectors import get_terms
from shop import clock
from shop.actor import Actor, ActorKind
from shop.moves.services import move


def open_dispute(
    aftersale_id: int,
    *,
    about: About,
    words: str = "",
    picture_ids: Sequence[int] = (),
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """Let a supervisor decide: buyers where they were refused or the shop is late, staff at any time before.

    Raises Refused `already_done`, `dispute_decided`, `dispute_too_early`, `bad_pictures` (400).
    """
    with locked_aftersale(aftersale_id, "aftersale.dispute", actor, expected_version) as aftersale:
        Dispute.objects.create(
            aftersale=aftersale,
            about=about,
            by_staff=actor.kind == ActorKind.STAFF,
            words=words.strip()[:LONGEST_WORDS],
            opened_at=clock.now(),
            **start_verdict_clock(get_terms()),
        )
        add_pictures(aftersale, picture_ids, actor=actor)
        changes = {"dispute": DisputeState.OPEN}
        move(aftersale, "aftersale.dispute", actor=actor, changes=changes, data={"about": about})
    return aftersale


def withdraw_dispute(aftersale_id: int, *, actor: Actor, expected_version: int | None = None) -> Aftersale:
    """The case goes on as if nobody had disputed it."""
    with locked_aftersale(aftersale_id, "aftersale.withdraw_dispute", actor, expected_version) as aftersale:
        changes = {"dispute": end_dispute(aftersale, DisputeState.WITHDRAWN), **find_time_left(aftersale)}
        move(aftersale, "aftersale.withdraw_dispute", actor=actor, changes=changes)
    return aftersale


def end_dispute(aftersale: Aftersale, state: DisputeState, *, verdict: str = "") -> DisputeState:
    """Write how the open dispute of a locked case ended, and return that for the case's own column."""
    dispute = get_open(aftersale)
    dispute.state, dispute.verdict = state, verdict
    dispute.ended_at, dispute.look_at = clock.now(), None
    dispute.save(update_fields=["state", "verdict", "ended_at", "look_at"])
    return state


def get_open(aftersale: Aftersale) -> Dispute:
    """The open one of a disputed case."""
    dispute = Dispute.objects.get(aftersale=aftersale, state=DisputeState.OPEN)
    dispute.aftersale = aftersale
    return dispute


def find_time_left(aftersale: Aftersale) -> dict[str, Any]:
    """The times of a case whose dispute has just ended: later by as long as it was disputed."""
    if aftersale.due_at is None:
        return {}
    newest = aftersale.disputes.latest("opened_at")
    stood: timedelta = clock.now() - newest.opened_at
    look_at = aftersale.look_at and aftersale.look_at + stood
    return {"due_at": aftersale.due_at + stood, "look_at": look_at}
