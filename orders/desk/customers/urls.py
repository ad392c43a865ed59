"""Addresses of the buyers' pages: /console/customers/…"""

from django.urls import path

from orders.desk.customers import views
from orders.desk.customers.forms import ACTIONS
from shop.staff.actions.views import action_paths

app_name = "customers"
urlpatterns = [
    path("", views.show_customers, name="list"),
    path("<int:customer_id>/", views.show_customer, name="customer"),
    path("<int:customer_id>/reveal/", views.reveal, name="reveal"),
    *action_paths(views.CUSTOMER_PAGE, ACTIONS, "<int:customer_id>/"),
]
