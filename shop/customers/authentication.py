"""Bearer tokens of the mini-program."""

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from shop import clock
from shop.customers.models import Customer, CustomerToken
from shop.customers.services import hash_token
from shop.prepared import prepared


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
        live = CustomerToken.objects.filter(revoked_at__isnull=True, expires_at__gt=clock.now())
        with prepared():
            return live.select_related("customer").filter(token_hash=hash_token(token)).first()
