"""Addresses of the buyers' pages: /console/customers/…"""

from django.urls import path

from orders.desk.buyers import views
from orders.desk.buyers.forms import ACTIONS
from shop.staff.actions.views import action_paths

app_name = "customers"
urlpatterns = [
    path("", views.list_buyers, name="list"),
    path("<int:customer_id>/", views.show_buyer, name="customer"),
    path("<int:customer_id>/reveal/", views.reveal, name="reveal"),
    *action_paths(views.BUYER_PAGE, ACTIONS, "<int:customer_id>/"),
]
