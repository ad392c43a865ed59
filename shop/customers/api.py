"""Signing in, the buyer's own profile, and the address book."""

from typing import cast

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from shop.actor import Actor
from shop.customers.consents import accept_messages
from shop.customers.erasure import ask_erasure, keep_data
from shop.customers.models import Customer, CustomerToken
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
from shop.files.services import MAX_BYTES, store_picture
from shop.http.fields import read_id
from shop.http.idempotency import Answer, Command, answer_json, fingerprint, read_key, run_once
from shop.http.pagination import PageQuery, take_page
from shop.http.schema import BODY, IDEMPOTENCY_KEY, LIMITED, SIGNED_IN, operation, path_id
from shop.http.serializers import read_input
from shop.http.views import ApiView, PublicView
from shop.store.address_split import split_address

_ID = path_id("id", "id of one of your addresses")
_IMAGE = {
    "type": "object",
    "properties": {"image": {"type": "string", "format": "binary"}},
    "required": ["image"],
    "additionalProperties": False,
}
_FORM_BYTES = 64 * 1024
"""What the form around a picture may add to it."""
_AUTH, _ME, _ADDRESSES = ["sign in"], ["me"], ["addresses"]


class BuyerView(ApiView):
    """An endpoint that acts for the customer whose token came with the request."""

    @property
    def customer(self) -> Customer:
        return cast(Customer, self.request.user)

    @property
    def actor(self) -> Actor:
        return customer_actor(self.customer)


class LoginView(PublicView):
    throttle_scope = "login"

    @operation(
        "sign_in",
        _AUTH,
        {200: LoginOut},
        *(*BODY, *LIMITED, "bad_login_code", "wechat_not_set_up", "wechat_unavailable"),
        request=LoginIn,
    )
    def post(self, request: Request) -> Response:
        """Exchange a `wx.login` code for a token; who you are only ever comes from WeChat."""
        wanted = read_input(LoginIn, request.data)
        token, customer = sign_in(wanted["code"], device=wanted["device"])
        row = CustomerToken.objects.get(token_hash=hash_token(token))
        return Response(LoginOut({"token": token, "expires_at": row.expires_at, "customer": customer}).data)


class LogoutView(BuyerView):
    @operation("sign_out", _AUTH, {204: None}, *SIGNED_IN, request=None)
    def post(self, request: Request) -> Response:
        """Revoke the token of this request."""
        sign_out(str(request.auth))
        return Response(status=204)


class MeView(BuyerView):
    @operation("get_me", _ME, {200: CustomerOut}, *SIGNED_IN)
    def get(self, request: Request) -> Response:
        """The signed-in buyer."""
        return Response(CustomerOut(self.customer).data)

    @operation("change_me", _ME, {200: CustomerOut}, *SIGNED_IN, *BODY, "stale", request=ProfileIn)
    def patch(self, request: Request) -> Response:
        """Change the nickname."""
        wanted = read_input(ProfileIn, request.data)
        customer = change_profile(self.customer.pk, **wanted) if wanted else self.customer
        return Response(CustomerOut(customer).data)


class MyPhoneView(BuyerView):
    throttle_scope = "login"

    @operation(
        "set_my_phone",
        _ME,
        {200: CustomerOut},
        *(*SIGNED_IN, *BODY, *LIMITED, "bad_phone_code", "wechat_not_set_up", "wechat_unavailable"),
        request=PhoneIn,
    )
    def post(self, request: Request) -> Response:
        """Bind the phone number that WeChat vouches for."""
        wanted = read_input(PhoneIn, request.data)
        return Response(CustomerOut(set_phone_by_code(self.customer, wanted["code"])).data)


class MyErasureView(BuyerView):
    throttle_scope = "login"

    @operation(
        "ask_erasure", _ME, {200: CustomerOut}, *SIGNED_IN, *LIMITED, "already_asked", "stale", request=None
    )
    def post(self, request: Request) -> Response:
        """Have your personal data erased: in 24 hours, as soon as no order, refund or balance is open.

        All devices are signed out, and no order can be placed.
        """
        customer = ask_erasure(self.customer.pk, actor=customer_actor(self.customer))
        return Response(CustomerOut(customer).data)

    @operation("keep_data", _ME, {200: CustomerOut}, *SIGNED_IN, *LIMITED, "not_asked", "stale")
    def delete(self, request: Request) -> Response:
        """Take that back after signing in again, while there is time."""
        customer = keep_data(self.customer.pk, actor=customer_actor(self.customer))
        return Response(CustomerOut(customer).data)


class SubscriptionsView(BuyerView):
    throttle_scope = "place"

    @operation(
        "accept_messages",
        _ME,
        {200: ConsentListOut},
        *SIGNED_IN,
        *BODY,
        *LIMITED,
        *("idempotency_key_required", "unknown_template", "in_progress", "idempotency_mismatch"),
        parameters=[IDEMPOTENCY_KEY],
        request=ConsentIn,
    )
    def post(self, request: Request) -> HttpResponse:
        """Say which subscription messages the buyer accepted; each time allows one message, once per key."""
        key, wanted = read_key(request), read_input(ConsentIn, request.data)

        def accept() -> Answer:
            rows = accept_messages(self.customer, wanted["template_ids"])
            return 200, ConsentListOut({"results": rows}).data

        command = Command(f"consent:{self.customer.pk}", key, fingerprint(request))
        return answer_json(run_once(command, accept))


class BalanceEntriesView(BuyerView):
    @operation(
        "list_balance_entries",
        _ME,
        {200: BalanceEntryPageOut},
        *SIGNED_IN,
        "invalid",
        "bad_cursor",
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        """What went into and out of your balance, newest first."""
        query = read_input(PageQuery, request.query_params.dict())
        page = take_page(self.customer.balance_entries.all(), query)
        return Response(BalanceEntryPageOut({"results": page.rows, "next_cursor": page.next_cursor}).data)


class ImagesView(BuyerView):
    """Pictures that buyers show the shop, one per request."""

    parser_classes = [MultiPartParser]
    throttle_scope = "upload"

    @operation(
        "upload_image",
        ["images"],
        {201: ImageOut},
        *SIGNED_IN,
        *LIMITED,
        *("invalid", "bad_json", "not_a_picture", "picture_too_large", "unsupported_media_type"),
        *("too_many_pictures", "busy", "storage_away"),
        request={"multipart/form-data": _IMAGE},
    )
    def post(self, request: Request) -> Response:
        """Upload a JPEG, PNG or WebP of at most 5 MB; its id can then be named where pictures are asked for."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + _FORM_BYTES:
            raise Refused("picture_too_large", _("A picture may have at most 5 MB."), 413)
        file = request.FILES.get("image")
        if file is None or set(request.data) != {"image"}:
            raise ValidationError({"image": [_("Send one picture in the field “image”.")]})
        picture = store_picture(file.read(MAX_BYTES + 1), customer_id=self.customer.pk)
        return Response(ImageOut(picture).data, status=201)


class AddressesView(BuyerView):
    @operation("list_addresses", _ADDRESSES, {200: AddressListOut}, *SIGNED_IN)
    def get(self, request: Request) -> Response:
        """Your addresses, at most 20, the default first."""
        rows = self.customer.addresses.order_by("-is_default", "-pk")
        return Response(AddressListOut({"results": rows}).data)

    @operation(
        "add_address",
        _ADDRESSES,
        {201: AddressOut},
        *SIGNED_IN,
        *BODY,
        "too_many_addresses",
        request=AddressIn,
    )
    def post(self, request: Request) -> Response:
        """Add an address."""
        address = save_address(self.customer, read_input(AddressIn, request.data))
        return Response(AddressOut(address).data, status=201)


class SplitAddressView(BuyerView):
    @operation("parse_address", _ADDRESSES, {200: SplitOut}, *SIGNED_IN, *BODY, request=PastedIn)
    def post(self, request: Request) -> Response:
        """Take a pasted address apart; nothing is kept."""
        wanted = read_input(PastedIn, request.data)
        return Response(SplitOut(split_address(wanted["text"])).data)


class AddressView(BuyerView):
    @operation("get_address", _ADDRESSES, {200: AddressOut}, *SIGNED_IN, "not_found", parameters=[_ID])
    def get(self, request: Request, id: str) -> Response:
        """One of your addresses."""
        return Response(AddressOut(get_address(self.customer, read_id(id))).data)

    @operation(
        "replace_address",
        _ADDRESSES,
        {200: AddressOut},
        *SIGNED_IN,
        *BODY,
        "not_found",
        parameters=[_ID],
        request=AddressIn,
    )
    def put(self, request: Request, id: str) -> Response:
        """Write all fields of an address; orders placed before do not change."""
        return self._save(request, id, partial=False)

    @operation(
        "change_address",
        _ADDRESSES,
        {200: AddressOut},
        *SIGNED_IN,
        *BODY,
        "not_found",
        parameters=[_ID],
        request=AddressIn(partial=True),
    )
    def patch(self, request: Request, id: str) -> Response:
        """Write some fields of an address; orders placed before do not change."""
        return self._save(request, id, partial=True)

    def _save(self, request: Request, id_: str, *, partial: bool) -> Response:
        kept = get_address(self.customer, read_id(id_)) if partial else None
        wanted = read_input(AddressIn, request.data, partial=partial, context={"kept": kept})
        return Response(AddressOut(save_address(self.customer, wanted, address_id=read_id(id_))).data)

    @operation("delete_address", _ADDRESSES, {204: None}, *SIGNED_IN, "not_found", parameters=[_ID])
    def delete(self, request: Request, id: str) -> Response:
        """Remove an address from your address book."""
        delete_address(self.customer, read_id(id))
        return Response(status=204)
