"""Adding products to the catalogue and changing them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.actor import Actor
from shop.catalog.models import LOW_AT, MovementKind, Product, ProductPicture, Sku, StockMovement
from shop.catalog.stock.low import record_level
from shop.errors import Refused
from shop.files.models import Picture
from shop.files.posted import check_count
from shop.freight.models import FreightTemplate
from shop.moves.services import begin, locked, move
from shop.words import fill

MAX_PICTURES = 9
SKU_FIELDS = (
    *("code", "name", "price_fen", "is_on_sale", "is_presale", "ships_on", "low_at"),
    *("weight_g", "shelf", "barcode"),
)


@dataclass(frozen=True)
class NewSku:
    """A SKU to be added with its opening stock; `ships_on` makes it a presale."""

    code: str
    name: str
    price_fen: int
    on_hand: int
    is_on_sale: bool = True
    ships_on: date | None = None
    low_at: int = LOW_AT
    weight_g: int = 0
    shelf: str = ""
    barcode: str = ""


@dataclass(frozen=True)
class ProductChange:
    """What becomes of a product: new values of its own columns, of SKUs by id, SKUs to add, pictures in order.

    Columns that are not named stay as they are; `pictures` None keeps them all.
    """

    values: Mapping[str, Any]
    skus: Mapping[int, Mapping[str, Any]]
    added: Sequence[NewSku] = ()
    pictures: Sequence[int] | None = None


def add_product(
    name: str,
    *,
    skus: Sequence[NewSku],
    actor: Actor,
    category: str = "",
    description: str = "",
    picture: Picture | None = None,
) -> Product:
    """Create a product on sale with its SKUs and their opening stock. Raises Refused as `create_product` does."""
    values = {"name": name, "category": category, "description": description}
    return create_product(values, skus=skus, pictures=[picture.pk] if picture else [], actor=actor)


def create_product(
    values: Mapping[str, Any], *, skus: Sequence[NewSku], pictures: Sequence[int] = (), actor: Actor
) -> Product:
    """Create a product with its SKUs, their opening stock and its pictures (ids, in their order).

    Raises Refused `code_taken` or `barcode_taken` (`extra["sku_code"]`: the SKU that may not have it), or
    `too_many_pictures`.
    """
    product = Product(**values, picture_id=next(iter(pictures), None), created_at=clock.now())
    with transaction.atomic():
        facts = {"name": product.name, "added": [sku.code for sku in skus]}
        begin(product, "product.add", actor=actor, data=facts)
        _add_skus(product, skus, actor)
        _set_pictures(product, pictures)
    return product


def change_product(
    product_id: int, change: ProductChange, *, actor: Actor, expected_version: int | None = None
) -> Product:
    """Apply a change in one transaction with one event that holds before and after; nothing new is no change.

    `expected_version` is what a form was opened with. Raises Refused `stale` (somebody else saved it), `code_taken`,
    `barcode_taken`, `too_many_pictures`, `not_found`.
    """
    with locked(Product, product_id, "product.change", actor, expected_version) as product:
        facts = _apply(product, change, actor)
        if any(facts.values()):
            changes = {name: getattr(product, name) for name in (*facts["after"], "picture_id")}
            move(product, "product.change", actor=actor, changes=changes, data=facts)
    return product


def _apply(product: Product, change: ProductChange, actor: Actor) -> dict[str, Any]:
    """Write what differs; returns the facts of the event, all empty when nothing did."""
    before, after = _differences(product, change.values)
    skus: dict[str, Any] = {}
    # The SKUs are locked in id order, as everywhere.
    locked = product.skus.select_for_update(no_key=True).order_by("pk")
    concerns_all = "is_on_sale" in after
    for sku in locked if concerns_all else locked.filter(pk__in=list(change.skus)):
        old_code = sku.code
        was, is_ = _differences(sku, change.skus.get(sku.pk, {}))
        if is_:
            _save_sku(sku, is_, was, actor)
            skus[old_code] = {"before": was, "after": is_}
        record_level(sku)
    _add_skus(product, change.added, actor)
    facts: dict[str, Any] = {"before": before, "after": after, "skus": skus}
    facts["added"] = [sku.code for sku in change.added]
    if change.pictures is not None and (count := _change_pictures(product, change.pictures)):
        facts["pictures"] = count
    return facts


def _differences(row: Product | Sku, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the values that differ; returns them before and after, as JSON."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    before = {name: _to_json(getattr(row, name)) for name in changed}
    for name in changed:
        setattr(row, name, values[name])
    return before, {name: _to_json(values[name]) for name in changed}


def _to_json(value: Any) -> Any:
    if isinstance(value, FreightTemplate):
        return value.name
    return value.isoformat() if isinstance(value, date) else value


def _save_sku(sku: Sku, after: dict[str, Any], before: dict[str, Any], actor: Actor) -> None:
    try:
        with transaction.atomic():
            changes = {name: getattr(sku, name) for name in after}
            data = {"before": before, "after": after}
            move(sku, "sku.change", actor=actor, changes=changes, data=data)
    except IntegrityError as error:
        raise _find_taken([sku]) from error


def code_taken(code: str) -> Refused:
    message = _("The SKU code “%(code)s” is taken. Choose another.")
    return Refused("code_taken", fill(message, {"code": code}), sku_code=code)


def barcode_taken(barcode: str, other: Sku, *, code: str) -> Refused:
    message = _("The barcode “%(barcode)s” is that of “%(other)s”. A scanner must find one article alone.")
    words = fill(message, {"barcode": barcode, "other": str(other)})
    return Refused("barcode_taken", words, sku_code=code, field="barcode")


def _find_taken(skus: Sequence[Sku]) -> Refused:
    """Why the database did not take these: a barcode that another SKU has, else a code."""
    for sku in skus:
        others = (
            Sku.objects.select_related("product").exclude(pk=sku.pk) if sku.barcode else Sku.objects.none()
        )
        if other := others.filter(barcode=sku.barcode).first():
            return barcode_taken(sku.barcode, other, code=sku.code)
    return code_taken("、".join(sku.code for sku in skus))


def _add_skus(product: Product, skus: Sequence[NewSku], actor: Actor) -> None:
    taken = Sku.objects.filter(code__in=[sku.code for sku in skus]).values_list("code", flat=True).first()
    if taken is not None:
        raise code_taken(taken)
    rows = [Sku(product=product, is_presale=sku.ships_on is not None, **asdict(sku)) for sku in skus]
    try:
        with transaction.atomic():
            Sku.objects.bulk_create(rows)
    except IntegrityError as error:
        raise _find_taken(rows) from error
    moment = clock.now()
    StockMovement.objects.bulk_create(
        StockMovement(
            sku=sku,
            kind=MovementKind.OPENING,
            on_hand_delta=sku.on_hand,
            actor_kind=actor.kind,
            actor_name=actor.name,
            at=moment,
        )
        for sku in rows
    )


def _change_pictures(product: Product, pictures: Sequence[int]) -> int | None:
    """Replace the pictures if they differ; returns how many there are now, None when nothing changed."""
    if list(pictures) == list_picture_ids(product):
        return None
    _set_pictures(product, pictures)
    return len(pictures)


def list_picture_ids(product: Product) -> list[int]:
    return list(product.pictures.order_by("position").values_list("picture_id", flat=True))


def _set_pictures(product: Product, pictures: Collection[int]) -> None:
    check_count(len(pictures), MAX_PICTURES)
    product.pictures.all().delete()
    ProductPicture.objects.bulk_create(
        ProductPicture(product=product, picture_id=picture_id, position=position)
        for position, picture_id in enumerate(pictures)
    )
    product.picture_id = next(iter(pictures), None)
