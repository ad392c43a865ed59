from django.urls import path

from shop.store import views

app_name = "store"
urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("wechat/", views.wechat_page, name="wechat"),
    path("wechat/test/", views.check_connection, name="check_connection"),
]
