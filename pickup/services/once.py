"""Handing out by a phone on a weak network: the same press, sent again, is answered with what came of it."""

import hashlib
import json
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from pickup.models import Verification
from pickup.services.verifying import Handout, end_attempt, hand_out
from shop.actor import Actor
from shop.errors import Refused
from shop.http.api.idempotency import Answer, Command, Kept, find_kept, run_once


def verify_once(
    order_id: int, handout: Handout, nonce: str, *, actor: Actor, expected_version: int | None = None
) -> Kept:
    """As `verify_pickup`, once for each nonce of this verifier; the answer is what `describe` says, kept for repeats.

    Raises Refused `idempotency_mismatch` (422) for a nonce that was used for something else, `in_progress` while the
    first press is carried out, and as `verify_pickup` does; a refused press leaves its nonce free.
    """
    command = Command(f"verify:{actor.id}", nonce, _fingerprint(order_id, handout, expected_version))
    about: dict[str, Any] = {"actor": actor, "expected_version": expected_version}
    try:
        end_attempt(order_id, handout, **about)
    except Refused:
        if kept := find_kept(command):
            return kept
        raise

    def run() -> Answer:
        return HTTPStatus.OK, describe(hand_out(order_id, handout, **about), handout)

    return run_once(command, run)


def _fingerprint(order_id: int, handout: Handout, version: int | None) -> str:
    """A hash of what is asked for; pieces of no number are not asked for."""
    asked = asdict(handout) | {"pieces": sorted((pk, n) for pk, n in handout.pieces.items() if n)}
    return hashlib.sha256(json.dumps([order_id, version, asked], sort_keys=True).encode()).hexdigest()


def describe(verification: Verification, handout: Handout) -> dict[str, Any]:
    """What came of it: the pieces that left and those still `left`, and what was collected."""
    collected, order = handout.collected, verification.order
    return {
        "id": str(verification.pk),
        "number": order.number,
        "store": verification.store.name,
        "at": verification.at.isoformat(),
        "is_last": verification.is_last,
        "left": order.pieces_to_send,
        "collected_fen": collected.amount_fen if collected else 0,
        "means": collected.means.value if collected else "",
    }
