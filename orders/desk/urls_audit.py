from django.urls import path

from orders.desk import views_audit

app_name = "audit"
urlpatterns = [path("", views_audit.audit, name="list")]
