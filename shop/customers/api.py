"""Signing in, the buyer's own profile, and the address book."""

from typing import cast

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
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
from shop.http.schema import BODY, IDEMPOTENCY_KEY, LIMITED, SIGNED_IN, answers, path_id
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

    @extend_schema(
        operation_id="sign_in",
        tags=_AUTH,
        request=LoginIn,
        responses=answers(
            {200: LoginOut}, *BODY, *LIMITED, "bad_login_code", "wechat_not_set_up", "wechat_unavailable"
        ),
    )
    def post(self, request: Request) -> Response:
        """Exchange a `wx.login` code for a token; who you are only ever comes from WeChat."""
        wanted = read_input(LoginIn, request.data)
        token, customer = sign_in(wanted["code"], device=wanted["device"])
        row = CustomerToken.objects.get(token_hash=hash_token(token))
        return Response(LoginOut({"token": token, "expires_at": row.expires_at, "customer": customer}).data)


class LogoutView(BuyerView):
    @extend_schema(
        operation_id="sign_out", tags=_AUTH, request=None, responses=answers({204: None}, *SIGNED_IN)
    )
    def post(self, request: Request) -> Response:
        """Revoke the token of this request."""
        sign_out(str(request.auth))
        return Response(status=204)


class MeView(BuyerView):
    @extend_schema(operation_id="get_me", tags=_ME, responses=answers({200: CustomerOut}, *SIGNED_IN))
    def get(self, request: Request) -> Response:
        """The signed-in buyer."""
        return Response(CustomerOut(self.customer).data)

    @extend_schema(
        operation_id="change_me",
        tags=_ME,
        request=ProfileIn,
        responses=answers({200: CustomerOut}, *SIGNED_IN, *BODY, "stale"),
    )
    def patch(self, request: Request) -> Response:
        """Change the nickname."""
        wanted = read_input(ProfileIn, request.data)
        customer = change_profile(self.customer.pk, **wanted) if wanted else self.customer
        return Response(CustomerOut(customer).data)


class MyPhoneView(BuyerView):
    throttle_scope = "login"

    @extend_schema(
        operation_id="set_my_phone",
        tags=_ME,
        request=PhoneIn,
        responses=answers(
            {200: CustomerOut},
            *SIGNED_IN,
            *BODY,
            *LIMITED,
            "bad_phone_code",
            "wechat_not_set_up",
            "wechat_unavailable",
        ),
    )
    def post(self, request: Request) -> Response:
        """Bind the phone number that WeChat vouches for."""
        wanted = read_input(PhoneIn, request.data)
        return Response(CustomerOut(set_phone_by_code(self.customer, wanted["code"])).data)


class MyErasureView(BuyerView):
    throttle_scope = "login"

    @extend_schema(
        operation_id="ask_erasure",
        tags=_ME,
        request=None,
        responses=answers({200: CustomerOut}, *SIGNED_IN, *LIMITED, "already_asked", "stale"),
    )
    def post(self, request: Request) -> Response:
        """Have your personal data erased: in 24 hours, as soon as no order, refund or balance is open.

        All devices are signed out, and no order can be placed.
        """
        customer = ask_erasure(self.customer.pk, actor=customer_actor(self.customer))
        return Response(CustomerOut(customer).data)

    @extend_schema(
        operation_id="keep_data",
        tags=_ME,
        responses=answers({200: CustomerOut}, *SIGNED_IN, *LIMITED, "not_asked", "stale"),
    )
    def delete(self, request: Request) -> Response:
        """Take that back after signing in again, while there is time."""
        customer = keep_data(self.customer.pk, actor=customer_actor(self.customer))
        return Response(CustomerOut(customer).data)


class SubscriptionsView(BuyerView):
    throttle_scope = "place"

    @extend_schema(
        operation_id="accept_messages",
        tags=_ME,
        parameters=[IDEMPOTENCY_KEY],
        request=ConsentIn,
        responses=answers(
            {200: ConsentListOut},
            *SIGNED_IN,
            *BODY,
            *LIMITED,
            *("idempotency_key_required", "unknown_template", "in_progress", "idempotency_mismatch"),
        ),
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
    @extend_schema(
        operation_id="list_balance_entries",
        tags=_ME,
        parameters=[PageQuery],
        responses=answers({200: BalanceEntryPageOut}, *SIGNED_IN, "invalid", "bad_cursor"),
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

    @extend_schema(
        operation_id="upload_image",
        tags=["images"],
        request={"multipart/form-data": _IMAGE},
        responses=answers(
            {201: ImageOut},
            *SIGNED_IN,
            *LIMITED,
            *("invalid", "bad_json", "not_a_picture", "picture_too_large", "unsupported_media_type"),
            *("too_many_pictures", "busy", "storage_away"),
        ),
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
    @extend_schema(
        operation_id="list_addresses", tags=_ADDRESSES, responses=answers({200: AddressListOut}, *SIGNED_IN)
    )
    def get(self, request: Request) -> Response:
        """Your addresses, at most 20, the default first."""
        rows = self.customer.addresses.order_by("-is_default", "-pk")
        return Response(AddressListOut({"results": rows}).data)

    @extend_schema(
        operation_id="add_address",
        tags=_ADDRESSES,
        request=AddressIn,
        responses=answers({201: AddressOut}, *SIGNED_IN, *BODY, "too_many_addresses"),
    )
    def post(self, request: Request) -> Response:
        """Add an address."""
        address = save_address(self.customer, read_input(AddressIn, request.data))
        return Response(AddressOut(address).data, status=201)


class SplitAddressView(BuyerView):
    @extend_schema(
        operation_id="parse_address",
        tags=_ADDRESSES,
        request=PastedIn,
        responses=answers({200: SplitOut}, *SIGNED_IN, *BODY),
    )
    def post(self, request: Request) -> Response:
        """Take a pasted address apart; nothing is kept."""
        wanted = read_input(PastedIn, request.data)
        return Response(SplitOut(split_address(wanted["text"])).data)


class AddressView(BuyerView):
    @extend_schema(
        operation_id="get_address",
        tags=_ADDRESSES,
        parameters=[_ID],
        responses=answers({200: AddressOut}, *SIGNED_IN, "not_found"),
    )
    def get(self, request: Request, id: str) -> Response:
        """One of your addresses."""
        return Response(AddressOut(get_address(self.customer, read_id(id))).data)

    @extend_schema(
        operation_id="replace_address",
        tags=_ADDRESSES,
        parameters=[_ID],
        request=AddressIn,
        responses=answers({200: AddressOut}, *SIGNED_IN, *BODY, "not_found"),
    )
    def put(self, request: Request, id: str) -> Response:
        """Write all fields of an address; orders placed before do not change."""
        return self._save(request, id, partial=False)

    @extend_schema(
        operation_id="change_address",
        tags=_ADDRESSES,
        parameters=[_ID],
        request=AddressIn(partial=True),
        responses=answers({200: AddressOut}, *SIGNED_IN, *BODY, "not_found"),
    )
    def patch(self, request: Request, id: str) -> Response:
        """Write some fields of an address; orders placed before do not change."""
        return self._save(request, id, partial=True)

    def _save(self, request: Request, id_: str, *, partial: bool) -> Response:
        kept = get_address(self.customer, read_id(id_)) if partial else None
        wanted = read_input(AddressIn, request.data, partial=partial, context={"kept": kept})
        return Response(AddressOut(save_address(self.customer, wanted, address_id=read_id(id_))).data)

    @extend_schema(
        operation_id="delete_address",
        tags=_ADDRESSES,
        parameters=[_ID],
        responses=answers({204: None}, *SIGNED_IN, "not_found"),
    )
    def delete(self, request: Request, id: str) -> Response:
        """Remove an address from your address book."""
        delete_address(self.customer, read_id(id))
        return Response(status=204)
