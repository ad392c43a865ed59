from django.urls import path

from shop.staff.files import views

app_name = "files"
urlpatterns = [
    path("pictures/", views.upload_picture, name="upload_picture"),
    path("produced/<int:file_id>/", views.download, name="download"),
]
