from django.urls import path

from shop.freight import views
from shop.staff.actions.views import action_paths

app_name = "freight"
urlpatterns = [
    path("", views.template_list, name="list"),
    path("add/", views.add, name="add"),
    path("<int:template_id>/", views.edit, name="template"),
    *action_paths(views.TEMPLATE_PAGE, (views.MAKE_DEFAULT, views.DELETE), "<int:template_id>/"),
]
