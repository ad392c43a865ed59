"""Signing in, the buyer's own profile, and the address book."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser

from shop.actor import Actor
from shop.customers.consents import accept_messages
from shop.customers.erasure import ask_erasure, keep_data
from shop.customers.models import Address, BalanceEntry, Customer, CustomerToken
from shop.customers.serializers import (
    AddressIn,
    AddressListOut,
    AddressOut,
    BalanceEntryPageOut,
    ConsentIn,
    ConsentListOut,
    CustomerOut,
    ImageOut,
    LoginIn,
    LoginOut,
    PastedIn,
    PhoneIn,
    ProfileIn,
    SplitOut,
)
from shop.customers.services import (
    change_profile,
    customer_actor,
    delete_address,
    get_address,
    hash_token,
    save_address,
    set_phone_by_code,
    sign_in,
    sign_out,
)
from shop.errors import Refused
from shop.files.models import Picture
from shop.files.services import MAX_BYTES, store_picture
from shop.http.api.endpoint import ApiView, PublicView, endpoint
from shop.http.api.fields import read_id
from shop.http.api.idempotency import Answer, Command, answer_json, fingerprint, read_key, run_once
from shop.http.api.pagination import Page, PageQuery, take_page
from shop.http.api.schema import BODY, IDEMPOTENCY_KEY, LIMITED, SIGNED_IN, Good, path_id
from shop.http.api.serializers import read_input
from shop.store.places.split import SplitAddress, split_address

_ID = path_id("id", "id of one of your addresses")
_IMAGE = {
    "type": "object",
    "properties": {"image": {"type": "string", "format": "binary"}},
    "required": ["image"],
    "additionalProperties": False,
}
_FORM_BYTES = 64 * 1024
"""What the form around a picture may add to it."""
Wanted = dict[str, Any]
_WECHAT = ("wechat_not_set_up", "wechat_unavailable")
_AUTH, _ME, _ADDRESSES = ["sign in"], ["me"], ["addresses"]


class BuyerView(ApiView):
    """An endpoint that acts for the customer whose token came with the request."""

    @property
    def customer(self) -> Customer:
        return cast(Customer, self.request.user)

    @property
    def actor(self) -> Actor:
        return customer_actor(self.customer)


def for_buyers(
    name: str, tags: list[str], good: Good, *codes: str, **more: Any
) -> Callable[[Callable[..., Any]], Any]:
    """An endpoint that wants a buyer's token."""
    return endpoint(name, tags, good, *SIGNED_IN, *codes, **more)


class LoginView(PublicView):
    throttle_scope = "login"

    @endpoint("sign_in", _AUTH, {200: LoginOut}, *LIMITED, "bad_login_code", *_WECHAT, body=LoginIn)
    def post(self, wanted: Wanted) -> dict[str, Any]:
        """Exchange a `wx.login` code for a token; who you are only ever comes from WeChat."""
        token, customer = sign_in(wanted["code"], device=wanted["device"])
        row = CustomerToken.objects.get(token_hash=hash_token(token))
        return {"token": token, "expires_at": row.expires_at, "customer": customer}


class LogoutView(BuyerView):
    @for_buyers("sign_out", _AUTH, {204: None}, request=None)
    def post(self) -> None:
        """Revoke the token of this request."""
        sign_out(str(self.request.auth))


class MeView(BuyerView):
    @for_buyers("get_me", _ME, {200: CustomerOut})
    def get(self) -> Customer:
        """The signed-in buyer."""
        return self.customer

    @for_buyers("change_me", _ME, {200: CustomerOut}, "stale", body=ProfileIn)
    def patch(self, wanted: Wanted) -> Customer:
        """Change the nickname."""
        return change_profile(self.customer.pk, **wanted) if wanted else self.customer


class MyPhoneView(BuyerView):
    throttle_scope = "login"

    @for_buyers("set_my_phone", _ME, {200: CustomerOut}, *LIMITED, "bad_phone_code", *_WECHAT, body=PhoneIn)
    def post(self, wanted: Wanted) -> Customer:
        """Bind the phone number that WeChat vouches for."""
        return set_phone_by_code(self.customer, wanted["code"])


class MyErasureView(BuyerView):
    throttle_scope = "login"

    @for_buyers("ask_erasure", _ME, {200: CustomerOut}, *LIMITED, "already_asked", "stale", request=None)
    def post(self) -> Customer:
        """Have your personal data erased: in 24 hours, as soon as no order, refund or balance is open.

        All devices are signed out, and no order can be placed.
        """
        return ask_erasure(self.customer.pk, actor=self.actor)

    @for_buyers("keep_data", _ME, {200: CustomerOut}, *LIMITED, "not_asked", "stale")
    def delete(self) -> Customer:
        """Take that back after signing in again, while there is time."""
        return keep_data(self.customer.pk, actor=self.actor)


class SubscriptionsView(BuyerView):
    throttle_scope = "place"

    @for_buyers(
        "accept_messages",
        _ME,
        {200: ConsentListOut},
        *(*BODY, *LIMITED, "idempotency_key_required", "unknown_template"),
        *("in_progress", "idempotency_mismatch"),
        parameters=[IDEMPOTENCY_KEY],
        request=ConsentIn,
    )
    def post(self) -> HttpResponse:
        """Say which subscription messages the buyer accepted; each time allows one message, once per key."""
        key, wanted = read_key(self.request), read_input(ConsentIn, self.request.data)

        def accept() -> Answer:
            rows = accept_messages(self.customer, wanted["template_ids"])
            return HTTPStatus.OK, ConsentListOut({"results": rows}).data

        command = Command(f"consent:{self.customer.pk}", key, fingerprint(self.request))
        return answer_json(run_once(command, accept))


class BalanceEntriesView(BuyerView):
    @for_buyers("list_balance_entries", _ME, {200: BalanceEntryPageOut}, page=PageQuery)
    def get(self, query: Wanted) -> Page[BalanceEntry]:
        """What went into and out of your balance, newest first."""
        return take_page(self.customer.balance_entries.all(), query)


class ImagesView(BuyerView):
    """Pictures that buyers show the shop, one per request."""

    parser_classes = [MultiPartParser]
    throttle_scope = "upload"

    @for_buyers(
        "upload_image",
        ["images"],
        {201: ImageOut},
        *(*LIMITED, "invalid", "bad_json", "not_a_picture", "picture_too_large", "unsupported_media_type"),
        *("too_many_pictures", "busy", "storage_away"),
        request={"multipart/form-data": _IMAGE},
    )
    def post(self) -> Picture:
        """Upload a JPEG, PNG or WebP of at most 5 MB; its id can then be named where pictures are asked for."""
        if int(self.request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + _FORM_BYTES:
            raise Refused("picture_too_large", _("A picture may have at most 5 MB."), 413)
        file = self.request.FILES.get("image")
        if file is None or set(self.request.data) != {"image"}:
            raise ValidationError({"image": [_("Send one picture in the field “image”.")]})
        return store_picture(file.read(MAX_BYTES + 1), customer_id=self.customer.pk)


class AddressesView(BuyerView):
    @for_buyers("list_addresses", _ADDRESSES, {200: AddressListOut})
    def get(self) -> dict[str, Any]:
        """Your addresses, at most 20, the default first."""
        return {"results": self.customer.addresses.order_by("-is_default", "-pk")}

    @for_buyers("add_address", _ADDRESSES, {201: AddressOut}, "too_many_addresses", body=AddressIn)
    def post(self, wanted: Wanted) -> Address:
        """Add an address."""
        return save_address(self.customer, wanted)


class SplitAddressView(BuyerView):
    @for_buyers("parse_address", _ADDRESSES, {200: SplitOut}, body=PastedIn)
    def post(self, wanted: Wanted) -> SplitAddress:
        """Take a pasted address apart; nothing is kept."""
        return split_address(wanted["text"])


class AddressView(BuyerView):
    @for_buyers("get_address", _ADDRESSES, {200: AddressOut}, "not_found", parameters=[_ID])
    def get(self, id: str) -> Address:
        """One of your addresses."""
        return get_address(self.customer, read_id(id))

    @for_buyers(
        "replace_address", _ADDRESSES, {200: AddressOut}, "not_found", parameters=[_ID], body=AddressIn
    )
    def put(self, wanted: Wanted, id: str) -> Address:
        """Write all fields of an address; orders placed before do not change."""
        return save_address(self.customer, wanted, address_id=read_id(id))

    @for_buyers(
        "change_address",
        _ADDRESSES,
        {200: AddressOut},
        *(*BODY, "not_found"),
        parameters=[_ID],
        request=AddressIn(partial=True),
    )
    def patch(self, id: str) -> Address:
        """Write some fields of an address; orders placed before do not change."""
        kept = get_address(self.customer, read_id(id))
        wanted = read_input(AddressIn, self.request.data, partial=True, context={"kept": kept})
        return save_address(self.customer, wanted, address_id=kept.pk)

    @for_buyers("delete_address", _ADDRESSES, {204: None}, "not_found", parameters=[_ID])
    def delete(self, id: str) -> None:
        """Remove an address from your address book."""
        delete_address(self.customer, read_id(id))
