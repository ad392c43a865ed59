"""How the API describes itself: the codes of refusals, and what every operation may answer."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from shop.http.api.serializers import ErrorOut

View = TypeVar("View", bound=Callable[..., Any])
CODES: dict[str, tuple[int, str]] = {
    "invalid": (400, "Fields are missing, wrong or unknown; `extra.fields` names them."),
    "bad_json": (400, "The body is not a JSON object in UTF-8."),
    "bad_cursor": (400, "The cursor is not one of ours."),
    "bad_login_code": (400, "WeChat does not accept the login code: get a new one."),
    "bad_phone_code": (400, "WeChat does not accept the phone code: get a new one."),
    "idempotency_key_required": (400, "The Idempotency-Key header is missing or malformed."),
    "bad_pictures": (400, "Name unused pictures of yours: 1 to 5 of a transfer, at most 9 of an after-sale."),
    "not_a_picture": (400, "The file is not a JPEG, PNG or WebP picture."),
    "empty_order": (400, "The basket is empty."),
    "too_much": (400, "The order is worth more than can be placed here."),
    "too_many": (400, "More than 50 articles, or more than 9,999 pieces of one."),
    "delivery_not_offered": (400, "The shop does not offer this way of delivery now."),
    "store_needed": (400, "Pickup needs a store."),
    "store_closed": (400, "This store serves nobody now."),
    "slot_needed": (400, "This store has buyers choose a time slot."),
    "no_slot": (400, "The store does not offer this time slot."),
    "slot_full": (409, "As many orders as it takes have chosen this time slot."),
    "outside_area": (400, "Own delivery does not go to this city."),
    "not_served": (400, "Some of the goods are not sent to this region; the message names them."),
    "same_delivery": (400, "The order is delivered in this way, or the change is not possible."),
    "payment_not_offered": (400, "The shop does not offer this way to pay now."),
    "unknown_template": (400, "The shop has no such template; `extra.template_id` names it."),
    "bad_email": (400, "The e-mail address is none."),
    "tax_number_required": (400, "An invoice for a company needs its tax number."),
    "bad_tax_number": (400, "A tax number has 15, 17, 18 or 20 digits and capital letters."),
    "not_authenticated": (401, "The token is missing, expired or revoked: sign in again."),
    "forbidden": (403, "A buyer cannot do this."),
    "blocked": (403, "The shop lets this buyer place no orders."),
    "switched_off": (403, "The shop has switched this verifier off."),
    "being_erased": (403, "The buyer's personal data is being erased, as they asked: take that back first."),
    "no_code": (
        404,
        "The order has no pickup code: it is over, or it is sent. Of a verifier: no order has this code.",
    ),
    "not_found": (404, "It does not exist, or it is not yours."),
    "no_invite": (404, "The invite is over, was used, or is for somebody else."),
    "method_not_allowed": (405, "The address does not know this method."),
    "already_asked": (409, "The erasure was asked for before."),
    "not_asked": (409, "No erasure was asked for, or it is done."),
    "not_on_sale": (409, "An article is no longer on sale; `extra.sku_id` names it."),
    "out_of_stock": (409, "Too few pieces are left; `extra.sku_id` and `extra.left` say of what."),
    "in_progress": (409, "The same request is still running; ask again after `Retry-After`."),
    "closing": (409, "The order is being cancelled or repriced; ask again after `Retry-After`."),
    "stale": (409, "Somebody else changed the order at this moment; look again."),
    "wrong_stage": (409, "The order's stage does not allow it; `extra.stage` names the stage."),
    "already_done": (409, "It was done before; `extra.at` says when, at a counter `extra.store` where."),
    "already_paid": (409, "The order has been paid."),
    "already_shipped": (409, "Goods of the order have been shipped."),
    "has_label": (409, "The shop has packed the order: ask the shop."),
    "already_extended": (409, "The time to receive was extended before."),
    "aftersale_open": (409, "An after-sale is open."),
    "line_in_aftersale": (409, "A line is in an open after-sale."),
    "dispute_decided": (409, "A dispute about this was decided already, which is final."),
    "dispute_too_early": (409, "The shop still has time to answer: dispute it afterwards."),
    "not_disputed": (409, "It is not disputed."),
    "aftersale_too_late": (409, "The time to ask for an after-sale is over: ask the shop."),
    "aftersale_refused": (409, "The shop has refused an after-sale of this order: ask the shop."),
    "aftersale_too_many": (409, "It can be asked of `extra.most` pieces at most."),
    "over_share": (409, "More is wanted than is left to refund, `extra.left_fen`."),
    "parcel_arrived": (409, "The parcel has arrived, or was given up."),
    "own_number": (409, "The goods were sent to you under this number."),
    "duplicate_tracking": (409, "The number belongs to another parcel."),
    "same_number": (409, "The parcel has this number already."),
    "held": (409, "The shop has put the order on hold."),
    "not_overdue": (409, "The shop still has time to send the order."),
    "nothing_owed": (409, "Nothing is owed for the order."),
    "owes": (409, "`extra.owed_fen` are owed: collect them with it."),
    "amount_mismatch": (409, "Another amount is owed now, `extra.owed_fen`: look again."),
    "too_many_guesses": (429, "Too many codes were wrong; look again after `Retry-After`."),
    "pin_required": (422, "The order is worth so much that the verifier's PIN is needed."),
    "no_pin": (409, "The verifier has not chosen a PIN yet, which is done on the phone page."),
    "wrong_pin": (422, "`extra.tries_left` says how often it may be tried again."),
    "pin_locked": (429, "Too many wrong PINs; try again after `Retry-After`."),
    "wrong_store": (409, "The goods wait at another store; `extra.store` names it."),
    "nothing_chosen": (400, "No pieces are named."),
    "sent_and_unsent": (
        400,
        "Some of the goods were sent and some not: ask for each in a request of its own.",
    ),
    "no_such_reason": (400, "The shop has no such reason, or does not offer it any more."),
    "bad_sku": (400, "Goods are exchanged for the same product only."),
    "tracking_required": (400, "The tracking number is missing or none."),
    "courier_required": (400, "The courier is missing."),
    "more_than_left": (409, "Fewer pieces are left to be handed out."),
    "line_short": (409, "An article is short of stock."),
    "short": (409, "Goods are short of stock."),
    "not_wechat": (409, "The order is paid neither by WeChat Pay nor by Alipay: choose one of them first."),
    "not_balance": (409, "The order is not paid from the balance: choose it first."),
    "not_enough_balance": (409, "The balance is not enough; `extra.balance_fen` is the balance."),
    "not_transfer": (409, "The order is not paid by bank transfer."),
    "proof_sent": (409, "A proof of the transfer is being checked."),
    "too_many_proofs": (409, "Proofs of this transfer were rejected several times: ask the shop."),
    "too_many_unpaid": (409, "Many of your orders wait to be paid: pay or cancel one first."),
    "too_late": (409, "The time to pay has passed."),
    "invoices_off": (409, "The shop issues no invoices on request."),
    "nothing_paid": (409, "Nothing is paid of the order, or all went back."),
    "invoice_too_late": (409, "The time to ask for an invoice is over: ask the shop."),
    "already_issued": (409, "The invoice has been issued: ask the shop to change it."),
    "nothing_asked": (409, "No invoice of the order is asked for."),
    "gateway_refused": (409, "The payment gateway refused; `extra.gateway_code` is its code."),
    "wechat_not_set_up": (409, "The shop has no WeChat credentials yet."),
    "alipay_not_set_up": (409, "The shop has no credentials at Alipay yet."),
    "too_many_addresses": (409, "A buyer keeps at most 20 addresses."),
    "picture_too_large": (413, "A picture has at most 5 MB and 40 million pixels."),
    "too_large": (413, "The body is larger than 256 KiB."),
    "unsupported_media_type": (415, "Send application/json."),
    "idempotency_mismatch": (422, "The Idempotency-Key was used for another request."),
    "urged_lately": (429, "The order was urged within the last hour; ask again after `Retry-After`."),
    "too_many_pictures": (429, "Too many pictures were uploaded and not used; tomorrow there is room again."),
    "busy": (429, "Many people do this at this moment; ask again in a few seconds."),
    "throttled": (429, "Too many requests; ask again after `Retry-After`."),
    "server_error": (500, "A fault of ours; it has been noted."),
    "unavailable": (503, "The database does not answer; ask again after `Retry-After`."),
    "wechat_unavailable": (503, "WeChat does not answer; ask again after `Retry-After`."),
    "storage_away": (503, "Files cannot be stored at the moment; ask again in a few minutes."),
    "gateway_unavailable": (503, "The payment gateway does not answer; ask again after `Retry-After`."),
}

ALWAYS = ("unavailable",)
SIGNED_IN = ("not_authenticated",)
BODY = ("invalid", "bad_json", "too_large", "unsupported_media_type")
PAGED = ("invalid", "bad_cursor")
LIMITED = ("throttled",)

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A new value per command. Repeated with the same body it gives the kept answer (for ever the "
    "same order); with another body 422; while the first is running 409.",
)
_RETRY_AFTER = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, response=[409, 429, 503], description="seconds to wait"
)


Good = Mapping[int | tuple[int, str], Any]
"""Status → what it shows; of what is no JSON the status with its type of content."""


def path_id(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=words)


def answers(good: Good, *codes: str) -> dict[Any, Any]:
    """The responses of an operation: the good ones, and one per status of the codes it may refuse with."""
    found: dict[int, list[str]] = {}
    for code in dict.fromkeys((*codes, *ALWAYS)):
        status, words = CODES[code]
        found.setdefault(status, []).append(f"`{code}`: {words}")
    errors = {
        status: OpenApiResponse(ErrorOut, description="\n\n".join(lines)) for status, lines in found.items()
    }
    return {**good, **dict(sorted(errors.items()))}


def operation(name: str, tags: list[str], good: Good, *codes: str, **more: Any) -> Callable[[View], View]:
    """Describes one operation: by `answers`, and by what else `extend_schema` takes."""
    return extend_schema(operation_id=name, tags=tags, responses=answers(good, *codes), **more)


def describe_codes() -> str:
    """The table of all codes, in Markdown."""
    rows = [f"| `{code}` | {status} | {words} |" for code, (status, words) in CODES.items()]
    return "\n".join(["| code | status | meaning |", "|---|---|---|", *rows])


INTRODUCTION = f"""For the buyers of one shop's mini-program.

- JSON in UTF-8 both ways. Ids are strings, money is integer fen (`*_fen`), times are ISO 8601 with offset.
- Sign in with the code of `wx.login`, then send `Authorization: Bearer <token>`.
- Lists are keyset pages, newest first: pass `next_cursor` on as `cursor` until it is null.
- Unknown fields are refused. `message` follows `Accept-Language` (zh-hans, en).
- Errors are `{{code, message, extra}}`; who waits for `Retry-After` and asks again does no harm.

{describe_codes()}
"""


class CustomerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library is untyped
    target_class = "shop.customers.authentication.CustomerTokenAuthentication"
    name = "buyerToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "The token that /auth/login gives."}


def _map(auto_schema: Any, target: Any, direction: str) -> dict[str, Any]:
    schema: dict[str, Any] = auto_schema._map_serializer(target, direction, bypass_extensions=True)
    return schema


class StrictSerializerSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # the library is untyped
    """Says in the schema that unknown fields are refused."""

    target_class = "shop.http.api.serializers.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema = _map(auto_schema, self.target, direction)
        return {**schema, "additionalProperties": False, **self.target.schema_rules}
