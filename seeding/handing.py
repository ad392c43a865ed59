"""How parcels of the past got to their couriers: the pretend 快递鸟 calls them, or somebody says how it went."""

from datetime import timedelta

from orders.collections.models import Collection, CollectionState
from orders.collections.services.asking import Window, ask_collection, hand_over
from orders.collections.services.ending import call_off
from orders.collections.tasks import ask_caller
from seeding.parcels import list_sent_parcels
from seeding.world import Scene
from shop import clock

REFUSALS = {
    "collection_refusal": "业务错误[该地区暂不支持上门揽收]",
    "call_off_refusal": "业务错误[快递员已出发]",
}


def call_courier(scene: Scene) -> None:
    """The courier comes within so many `hours`; with `refused` the provider calls nobody."""
    start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    window = Window(start, start + timedelta(hours=scene.step.data["hours"]))
    parcel = list_sent_parcels(scene)[-1]
    made = ask_collection(parcel.pk, order_id=scene.order_id, window=window, actor=scene.staff)
    _answer(scene, made, "collection_refusal")


def call_courier_off(scene: Scene) -> None:
    """Nobody need come; with `refused` the courier is on the way already."""
    called = Collection.objects.get(order=scene.order_id, state=CollectionState.CALLED)
    call_off(called.pk, actor=scene.staff)
    _answer(scene, called, "call_off_refusal")


def say_handed_over(scene: Scene) -> None:
    parcel, how = list_sent_parcels(scene)[-1], CollectionState(scene.step.data["how"])
    hand_over(parcel.pk, order_id=scene.order_id, how=how, actor=scene.staff)


def _answer(scene: Scene, collection: Collection, refusal: str) -> None:
    ledger, is_refused = scene.world.standins.ledger, scene.step.data.get("refused", False)
    ledger.set_behaviour({refusal: REFUSALS[refusal] if is_refused else ""})
    ask_caller(collection.pk)
    ledger.set_behaviour({refusal: ""})
    collection.refresh_from_db()
    if bool(collection.last_error) != is_refused or collection.is_waiting:
        raise RuntimeError(f"collection {collection.code} is {collection.state}: {collection.last_error}")
