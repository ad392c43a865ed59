"""Addresses of the buyers' pages: /console/customers/…"""

from django.urls import path

from orders.desk.buyers import views
from orders.desk.buyers.forms import FORMS

app_name = "customers"
urlpatterns = [
    path("", views.list_buyers, name="list"),
    path("<int:customer_id>/", views.show_buyer, name="customer"),
    path("<int:customer_id>/reveal/", views.reveal, name="reveal"),
    *(
        path(f"<int:customer_id>/{name}/", views.make_form_view(form), name=name)
        for name, form in FORMS.items()
    ),
]
