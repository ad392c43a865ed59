"""Bearer tokens of the mini-program."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from shop import clock
from shop.customers.models import Customer, CustomerToken
from shop.customers.services import hash_token
from shop.database.kept import KeptQuery, Param
from shop.database.prepared import prepared

_LIVE_TOKEN = KeptQuery(
    lambda: CustomerToken.objects.select_related("customer").filter(
        token_hash=Param("token_hash", models.CharField()),
        expires_at__gt=Param("now", models.DateTimeField()),
        revoked_at__isnull=True,
    )
)


class CustomerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; the request's user is the Customer and its auth the token."""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[Customer, str] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("The token is not valid. Sign in again."))
        token = parts[1].decode("latin-1")
        row = self._find(token)
        if row is None:
            raise AuthenticationFailed(_("The token is not valid. Sign in again."))
        return row.customer, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    @staticmethod
    def _find(token: str) -> CustomerToken | None:
        with prepared():
            return _LIVE_TOKEN.first(token_hash=hash_token(token), now=clock.now())
