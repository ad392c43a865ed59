"""Parcels of the past: labels of the pretend 快递鸟, goods that go together, photos, other numbers, intercepts."""

from orders.models import Order, OrderLine
from orders.services.merging import merge_orders
from orders.services.place import Recipient
from orders.shipping.models import Intercept, InterceptKind, InterceptState, Parcel, ParcelState
from orders.shipping.selectors import list_parcels
from orders.shipping.services import intercepting
from orders.shipping.services.labelled import ship_labelled
from orders.shipping.services.photos import add_photos
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.returning import close_returned
from orders.shipping.services.ship import NewParcel
from orders.shipping.services.together import ship_together
from orders.shipping.services.turning import turn_back
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.selectors import list_held
from orders.waybills.services.asking import Wish
from orders.waybills.services.ending import note_printed, void_waybill
from orders.waybills.services.whole import request_whole
from orders.waybills.tasks import ask_provider
from seeding.opening import recipient_of
from seeding.world import Scene
from shop.demo.drawing.packing import draw_packing
from shop.demo.standins.faults import Fault
from shop.files.services import store_picture
from shop.store.choices import Delivery


def get_label(scene: Scene) -> None:
    """Ask for the e-waybill of all that is left to send, and print its label."""
    waybill = _request(scene)
    ask_provider(waybill.pk)
    _require(waybill, WaybillState.ISSUED)
    note_printed(waybill.pk, actor=scene.staff)


def get_doubtful_label(scene: Scene) -> None:
    """The answer is cut off; asked again, the provider does not say which number it gave: a person looks there."""
    waybill, standins = _request(scene), scene.world.standins
    standins.faults.add(Fault("/", "truncated", times=1, seconds=0))
    ask_provider(waybill.pk)
    standins.ledger.set_behaviour({"waybill_repeat_silent": True})
    ask_provider(waybill.pk)
    standins.ledger.set_behaviour({"waybill_repeat_silent": False})
    _require(waybill, WaybillState.DISPUTED)


def void_label(scene: Scene) -> None:
    waybill = list_held(Order.objects.get(pk=scene.order_id))[0]
    void_waybill(waybill.pk, actor=scene.staff)
    ask_provider(waybill.pk)


def send_labelled(scene: Scene) -> None:
    ship_labelled(scene.order_id, actor=scene.staff)


def _request(scene: Scene) -> Waybill:
    return request_whole(scene.order_id, wish=Wish(scene.step.data["courier"]), actor=scene.staff)


def _require(waybill: Waybill, state: WaybillState) -> None:
    waybill.refresh_from_db()
    if waybill.state != state:
        raise RuntimeError(f"waybill {waybill.code} is {waybill.state}, not {state}: {waybill.last_error}")


def merge_companions(scene: Scene) -> None:
    """Have this order go in one parcel with what the same buyer ordered with it in mind."""
    ids = [scene.order_id, *scene.world.list_companions(scene.index)]
    merge_orders(ids, actor=scene.staff)


def send_together(scene: Scene) -> None:
    """One parcel for this order and what the same buyer ordered with it in mind."""
    parcel = NewParcel(*scene.world.make_tracking_no())
    others = scene.world.list_companions(scene.index)
    ship_together(scene.order_id, others=others, parcels=[parcel], actor=scene.staff)


def list_sent_parcels(scene: Scene) -> list[Parcel]:
    """What is on its way, oldest first."""
    return list(list_parcels(Order.objects.get(pk=scene.order_id)).filter(state=ParcelState.SENT))


def photograph(scene: Scene) -> None:
    """Two photos of the newest parcel, sent by whoever packed it."""
    rng, packer = scene.world.rng, scene.staff
    photos = [store_picture(draw_packing(rng), staff_id=packer.id) for _photo in range(2)]
    parcel = list_sent_parcels(scene)[-1]
    add_photos(parcel.pk, picture_ids=[photo.pk for photo in photos], actor=packer)


def correct_number(scene: Scene) -> None:
    """The last digit was typed wrongly."""
    parcel = list_sent_parcels(scene)[-1]
    number = f"{parcel.tracking_no[:-1]}{(int(parcel.tracking_no[-1]) + 3) % 10}"
    why = WhyReplaced.TYPED
    replace_number(parcel.pk, courier=parcel.courier, tracking_no=number, why=why, actor=scene.staff)


def relabel(scene: Scene) -> None:
    """The courier put another label over the first one."""
    courier, number = scene.world.make_tracking_no()
    parcel, why = list_sent_parcels(scene)[-1], WhyReplaced.RELABELLED
    replace_number(parcel.pk, courier=courier, tracking_no=number, why=why, actor=scene.staff)


def ask_intercept(scene: Scene) -> None:
    kind = InterceptKind(scene.step.data["kind"])
    to = find_new_home(scene) if kind == InterceptKind.REDIRECT else None
    wish = intercepting.Wish(kind, to, called=scene.step.data["called"])
    parcel = list_sent_parcels(scene)[-1]
    intercepting.ask_intercept(parcel.pk, order_id=scene.order_id, wish=wish, actor=scene.staff)


def finish_intercept(scene: Scene) -> None:
    intercept = Intercept.objects.get(order=scene.order_id, state=InterceptState.ASKED)
    intercepting.finish_intercept(intercept.pk, note=scene.step.data["note"], actor=scene.staff)


def refuse(scene: Scene) -> None:
    """The buyer takes none of the parcels."""
    for parcel in list_sent_parcels(scene):
        turn_back(parcel.pk, actor=scene.staff)


def close_with_damage(scene: Scene) -> None:
    """All is back; one piece of the first line was crushed on the way."""
    first = OrderLine.objects.filter(order_id=scene.order_id).order_by("id")[0]
    scrapped, reason = {first.pk: 1}, scene.step.data["reason"]
    close_returned(scene.order_id, scrapped=scrapped, reason=reason, actor=scene.staff)


def find_new_home(scene: Scene) -> Recipient:
    """The buyer, where the next person lives."""
    people = scene.world.people
    there = recipient_of(people[(scene.planned.buyer + 1) % len(people)], Delivery.EXPRESS)
    buyer = scene.person
    return Recipient(buyer.name, buyer.phone, there.province, there.city, there.district, there.detail)
