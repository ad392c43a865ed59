from django.urls import path

from shop.jobs import views
from shop.jobs.sheets.views import confirm, download

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("watch/", views.watch, name="watch"),
    path("tell/", views.tell, name="tell"),
    path("<int:job_id>/", views.job_page, name="job"),
    path("<int:job_id>/rows/", views.job_rows, name="rows"),
    path("<int:job_id>/confirm/", confirm, name="confirm"),
    path("<int:job_id>/sheet/", download, name="sheet"),
    path("<int:job_id>/cancel/", views.cancel, name="cancel"),
    path("<int:job_id>/repeat/", views.repeat, name="repeat"),
]
