from django.urls import path

from orders.desk.stock import views

app_name = "stock"
urlpatterns = [
    path("", views.count, name="count"),
    path("check/", views.check, name="check"),
    path("apply/", views.apply, name="apply"),
    path("export/", views.export, name="export"),
    path("import/", views.upload, name="import"),
]
