"""Addresses of what is pressed about the collection of a parcel: /console/orders/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.collections import views, waiting_views

urlpatterns = [
    path("collections/", views.list_collections, name="collections"),
    path("collections/waiting/", waiting_views.list_parcels_to_hand_over, name="to_hand_over"),
    path("collections/waiting/hand-over/", waiting_views.hand_group_over, name="hand_group_over"),
    path("collections/<row_id:collection_id>/call-off/", views.call_collection_off, name="call_off"),
    path("<order_number:number>/parcels/<row_id:parcel_id>/way/", views.show_way, name="way"),
    path(
        "<order_number:number>/parcels/<row_id:parcel_id>/hand-over/",
        views.hand_parcel_over,
        name="hand_over",
    ),
]
