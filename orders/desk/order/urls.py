"""Addresses of one order's page and its buttons: /console/orders/<number>/…"""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from orders.desk.order import action_views, changes, views
from orders.desk.order.actions import ACTIONS
from shop.staff.actions.views import action_paths


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

urlpatterns = [
    path("split-address/", action_views.split_pasted, name="split_address"),
    path("couriers/", action_views.guess_courier, name="guess_courier"),
    path(_ORDER, views.show_order, name="detail"),
    path(f"{_ORDER}changes/", changes.show_changes, name="changes"),
    path(f"{_ORDER}reveal/", views.reveal, name="reveal"),
    path(f"{_ORDER}copy/", views.copy_recipient, name="copy"),
    path(f"{_ORDER}events/<row_id:event_id>/reveal/", views.reveal_event, name="reveal_event"),
    path(f"{_ORDER}parcels/<row_id:parcel_id>/undo/", action_views.undo_parcel, name="undo_parcel"),
    path(f"{_ORDER}parcels/<row_id:parcel_id>/arrive/", action_views.mark_arrived, name="arrive_parcel"),
    path(f"{_ORDER}refunds/<row_id:refund_id>/retry/", action_views.try_refund_again, name="retry_refund"),
    path(f"{_ORDER}refunds/<row_id:refund_id>/pay-out/", action_views.pay_out, name="pay_out"),
    *action_paths(action_views.ORDER_PAGE, ACTIONS.values(), _ORDER),
]
