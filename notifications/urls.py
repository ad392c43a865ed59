from django.urls import path

from notifications import views

app_name = "alerts"
urlpatterns = [
    path("", views.alerts, name="list"),
    path("open.json", views.open_alerts, name="open"),
    path("handle/", views.handle, name="handle"),
    path("handle-all/", views.handle_all, name="handle_all"),
]
