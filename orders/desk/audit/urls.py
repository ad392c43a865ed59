from django.urls import path

from orders.desk.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.audit, name="list"),
    path("filter/", views.ask_filters, name="filter"),
]
