"""What a mini-program user does to become a verifier."""

from typing import Any

from rest_framework import serializers

from pickup.models import Verifier
from pickup.services.invites import join_by_mini_program
from pickup.watch.refusals import recorded
from shop.customers.api import BuyerView, for_buyers
from shop.http.api.schema import LIMITED
from shop.http.api.serializers import StrictSerializer

_TAGS = ["verifiers"]


class JoinIn(StrictSerializer):
    token = serializers.CharField(
        max_length=400, help_text="of the invite: what its QR code holds, or the end of it"
    )


class JoinedOut(serializers.Serializer[Any]):
    """Where somebody hands out from now on."""

    store_ids = serializers.ListField(child=serializers.CharField(), help_text="ids of the stores")


class JoinView(BuyerView):
    throttle_scope = "login"

    @for_buyers(
        "join_verifiers",
        _TAGS,
        {200: JoinedOut},
        *("no_invite", "switched_off", *LIMITED),
        body=JoinIn,
    )
    def post(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Become a verifier by an invite, which is good once and for a day."""
        with recorded(self.actor, request=self.request._request):
            verifier = join_by_mini_program(wanted["token"], self.customer)
        return {"store_ids": _list_stores(verifier)}


def _list_stores(verifier: Verifier) -> list[str]:
    return [str(pk) for pk in verifier.stores.order_by("pk").values_list("pk", flat=True)]
