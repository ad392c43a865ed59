"""Addresses of the robots: /console/settings/robots/…"""

from django.urls import path

from notifications.robots import views
from shop.staff.actions.views import action_paths

app_name = "robots"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("new/<slug:robot_kind>/", views.add, name="add"),
    path("<int:robot_id>/", views.robot, name="robot"),
    path("<int:robot_id>/test/", views.check, name="check"),
    *action_paths(views.PAGE, views.ACTIONS, "<int:robot_id>/"),
]
