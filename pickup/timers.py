"""Forgetting what only counted for a while."""

from datetime import timedelta

from pickup.models import CounterRefusal, VerifierSession
from shop.events.forgetting import forget_after

REFUSALS_KEPT_FOR = timedelta(days=90)
SESSIONS_KEPT_FOR = timedelta(days=1)

forget_after("counter_refusal.forget", CounterRefusal.objects.all, "at", REFUSALS_KEPT_FOR)
forget_after("verifier_session.forget", VerifierSession.objects.all, "expires_at", SESSIONS_KEPT_FOR)
