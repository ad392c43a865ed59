from django.urls import path

from shop.catalog.pages import edit, products, sheet
from shop.staff.actions.views import make_action_view

app_name = "catalog"
urlpatterns = [
    path("", products.product_list, name="list"),
    path("add/", edit.add, name="add"),
    path("export/", sheet.export, name="export"),
    path("import/", sheet.upload, name="import"),
    path("<int:product_id>/", products.product_page, name="product"),
    path("<int:product_id>/edit/", edit.edit, name="edit"),
    path(
        "<int:product_id>/skus/<int:sku_id>/stock/",
        make_action_view(products.SKU_PAGE, products.CORRECT_STOCK),
        name="correct_stock",
    ),
]
