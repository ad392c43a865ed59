"""Forgetting wrong passwords: what they led to stands on the record."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from shop.events.forgetting import forget_after

KEPT_FOR = timedelta(days=30)

for _model in (AccessAttempt, AccessFailureLog, AccessLog):
    forget_after(f"{_model._meta.model_name}.forget", _model.objects.all, "attempt_time", KEPT_FOR)
