from django.urls import path

from orders.desk import views_home

app_name = "desk"
urlpatterns = [path("", views_home.home, name="home")]
