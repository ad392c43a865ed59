from django.urls import path

from orders.desk import views_stock

app_name = "stock"
urlpatterns = [
    path("", views_stock.count, name="count"),
    path("check/", views_stock.check, name="check"),
    path("apply/", views_stock.apply, name="apply"),
    path("export/", views_stock.export, name="export"),
    path("import/", views_stock.upload, name="import"),
    path("import/<int:upload_id>/", views_stock.checked, name="import_checked"),
    path("import/<int:upload_id>/result/", views_stock.download, name="import_result"),
]
