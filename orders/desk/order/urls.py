"""Addresses of one order's page and its buttons: /console/orders/<number>/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.order import (
    action_views,
    changes,
    label_views,
    native_views,
    pay_link,
    refund_views,
    views,
)
from orders.desk.order.actions import ACTIONS
from shop.staff.actions.views import action_paths

_ORDER = "<order_number:number>/"

urlpatterns = [
    path("split-address/", action_views.split_pasted, name="split_address"),
    path("couriers/", action_views.guess_courier, name="guess_courier"),
    path(_ORDER, views.show_order, name="detail"),
    path(f"{_ORDER}changes/", changes.show_changes, name="changes"),
    path(f"{_ORDER}labels/", label_views.ask_for_label, name="ask_for_label"),
    path(f"{_ORDER}labels/<row_id:place>/", label_views.show_label, name="show_label"),
    path(f"{_ORDER}reveal/", views.reveal, name="reveal"),
    path(f"{_ORDER}native/", native_views.native, name="native"),
    path(f"{_ORDER}pay-link/qr.<str:ending>", pay_link.qr_code, name="pay_link_qr"),
    path(f"{_ORDER}copy/", views.copy_recipient, name="copy"),
    path(f"{_ORDER}events/<row_id:event_id>/reveal/", views.reveal_event, name="reveal_event"),
    path(f"{_ORDER}parcels/<row_id:parcel_id>/undo/", action_views.undo_parcel, name="undo_parcel"),
    path(f"{_ORDER}parcels/<row_id:parcel_id>/arrive/", action_views.mark_arrived, name="arrive_parcel"),
    path(f"{_ORDER}photos/<row_id:photo_id>/remove/", action_views.remove_packing_photo, name="remove_photo"),
    path(f"{_ORDER}refund/preview/", refund_views.preview_refund, name="preview_refund"),
    path(f"{_ORDER}refunds/<row_id:refund_id>/retry/", action_views.try_refund_again, name="retry_refund"),
    path(f"{_ORDER}refunds/<row_id:refund_id>/pay-out/", action_views.pay_out, name="pay_out"),
    *action_paths(action_views.ORDER_PAGE, ACTIONS.values(), _ORDER),
]
