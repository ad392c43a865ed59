from django.urls import path

from shop.catalog import views, views_edit, views_sheet
from shop.staff.actions.views import make_action_view

app_name = "catalog"
urlpatterns = [
    path("", views.product_list, name="list"),
    path("add/", views_edit.add, name="add"),
    path("export/", views_sheet.export, name="export"),
    path("import/", views_sheet.upload, name="import"),
    path("<int:product_id>/", views.product_page, name="product"),
    path("<int:product_id>/edit/", views_edit.edit, name="edit"),
    path(
        "<int:product_id>/skus/<int:sku_id>/stock/",
        make_action_view(views.SKU_PAGE, views.CORRECT_STOCK),
        name="correct_stock",
    ),
]
