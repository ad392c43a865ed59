from django.urls import path

from shop.store import views, views_sound
from shop.store.area.views import area_page

app_name = "store"
urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("area/", area_page, name="area"),
    path("sound/", views_sound.upload_sound, name="upload_sound"),
    path("sound/reset/", views_sound.reset_sound, name="reset_sound"),
    path("sound/<str:name>", views_sound.sound, name="sound"),
    path("wechat/", views.wechat_page, name="wechat"),
    path("wechat/test/", views.check_connection, name="check_connection"),
]
