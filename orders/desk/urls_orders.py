"""Addresses of the order list and the order page: /console/orders/…"""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from orders.desk import views_actions, views_bulk, views_detail, views_gateway, views_list
from orders.desk.actions import ACTIONS
from orders.desk.bulk import BULK


class OrderNumberConverter(StringConverter):
    regex = "[0-9]{1,18}"


class RowIdConverter(StringConverter):
    """An id that fits the database's big integer."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:  # type: ignore[override]  # a path converter may give any type
        return int(value)


register_converter(OrderNumberConverter, "order_number")
register_converter(RowIdConverter, "row_id")

_ORDER = "<order_number:number>/"

app_name = "orders"
urlpatterns = [
    path("", views_list.list_orders, name="list"),
    path("bulk/count/", views_bulk.count_all, name="bulk_count"),
    *(
        path(f"bulk/{action.name}/", views_bulk.make_bulk_view(action), name=f"bulk_{action.name}")
        for action in BULK
    ),
    path("filter/", views_list.ask_filters, name="filter"),
    path("looks/", views_list.save_looks, name="save_looks"),
    path("gateway/", views_gateway.ask, name="ask_gateway"),
    path("split-address/", views_actions.split_pasted, name="split_address"),
    path("couriers/", views_actions.guess_courier, name="guess_courier"),
    path(_ORDER, views_detail.show_order, name="detail"),
    path(f"{_ORDER}reveal/", views_detail.reveal, name="reveal"),
    path(f"{_ORDER}copy/", views_detail.copy_recipient, name="copy"),
    path(f"{_ORDER}events/<row_id:event_id>/reveal/", views_detail.reveal_event, name="reveal_event"),
    path(f"{_ORDER}parcels/<row_id:parcel_id>/undo/", views_actions.undo_parcel, name="undo_parcel"),
    path(f"{_ORDER}parcels/<row_id:parcel_id>/arrive/", views_actions.mark_arrived, name="arrive_parcel"),
    path(f"{_ORDER}refunds/<row_id:refund_id>/retry/", views_actions.try_refund_again, name="retry_refund"),
    path(f"{_ORDER}refunds/<row_id:refund_id>/pay-out/", views_actions.pay_out, name="pay_out"),
    *(
        path(
            f"{_ORDER}{action.name.replace('_', '-')}/",
            views_actions.make_action_view(action),
            name=action.name,
        )
        for action in ACTIONS.values()
    ),
]
