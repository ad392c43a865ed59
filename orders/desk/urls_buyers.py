"""Addresses of the buyers' pages: /console/customers/…"""

from django.urls import path

from orders.desk import views_buyers
from orders.desk.buyer_forms import FORMS

app_name = "customers"
urlpatterns = [
    path("", views_buyers.list_buyers, name="list"),
    path("<int:customer_id>/", views_buyers.show_buyer, name="customer"),
    path("<int:customer_id>/reveal/", views_buyers.reveal, name="reveal"),
    *(
        path(f"<int:customer_id>/{name}/", views_buyers.make_form_view(form), name=name)
        for name, form in FORMS.items()
    ),
]
