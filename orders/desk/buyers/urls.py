"""Addresses of the buyers' pages: /console/customers/…"""

from django.urls import path

from orders.desk.buyers import views
from orders.desk.buyers.forms import ACTIONS
from shop.staff.actions.views import make_action_view

app_name = "customers"
urlpatterns = [
    path("", views.list_buyers, name="list"),
    path("<int:customer_id>/", views.show_buyer, name="customer"),
    path("<int:customer_id>/reveal/", views.reveal, name="reveal"),
    *(
        path(
            f"<int:customer_id>/{action.name}/",
            make_action_view(views.BUYER_PAGE, action),
            name=action.name,
        )
        for action in ACTIONS
    ),
]
