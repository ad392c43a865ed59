from django.urls import path

from orders.desk import views_audit

app_name = "audit"
urlpatterns = [
    path("", views_audit.audit, name="list"),
    path("filter/", views_audit.ask_filters, name="filter"),
]
