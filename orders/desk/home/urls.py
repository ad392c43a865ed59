from django.urls import path

from orders.desk.home import views

app_name = "desk"
urlpatterns = [path("", views.home, name="home")]
