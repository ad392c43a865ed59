"""Addresses of the order list: /console/orders/…"""

from django.urls import path

from orders.desk.list import bulk_views, merge_views, views
from orders.desk.list.bulk import BULK, TENDING
from orders.desk.search.views import ask, record

urlpatterns = [
    path("", views.list_orders, name="list"),
    path("bulk/count/", bulk_views.count_all, name="bulk_count"),
    *(
        path(f"bulk/{action.name}/", bulk_views.make_bulk_view(action), name=f"bulk_{action.name}")
        for action in (*BULK, *TENDING)
    ),
    path("bulk/merge/", merge_views.merge, name="bulk_merge"),
    path("filter/", views.ask_filters, name="filter"),
    path("looks/", views.save_looks, name="save_looks"),
    path("gateway/", ask, name="ask_gateway"),
    path("gateway/record/", record, name="record_found"),
]
