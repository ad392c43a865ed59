"""Addresses of couriers and labels: /console/settings/couriers/…"""

from django.urls import path

from shop.couriers import views, views_couriers, views_senders
from shop.staff.actions.views import action_paths

app_name = "couriers"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("senders/new/", views_senders.add, name="add_sender"),
    path("senders/<int:sender_id>/", views_senders.sender, name="sender"),
    *action_paths(views_senders.PAGE, views_senders.ACTIONS, "senders/<int:sender_id>/"),
    path("take/", views_couriers.take, name="take"),
    path("rank/", views_couriers.rank, name="rank"),
    path("accounts/<slug:courier>/", views_couriers.courier, name="courier"),
    *action_paths(views_couriers.PAGE, (views_couriers.DROP,), "accounts/<slug:courier>/"),
    path("providers/<slug:provider>/", views.provider, name="provider"),
    path("providers/<slug:provider>/test/", views.check, name="check"),
]
