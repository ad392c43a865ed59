from django.urls import path

from shop.store.area.views import area_page
from shop.store.pages import first_day, settings, sound

app_name = "store"
urlpatterns = [
    path("", settings.settings_page, name="settings"),
    path("area/", area_page, name="area"),
    path("first-day/", first_day.first_day, name="first_day"),
    path("first-day/<slug:step>/leave-out/", first_day.leave_out, name="leave_out"),
    path("first-day/<slug:step>/take-up/", first_day.take_up, name="take_up"),
    path("sound/", sound.upload_sound, name="upload_sound"),
    path("sound/reset/", sound.reset_sound, name="reset_sound"),
    path("sound/<str:name>", sound.sound, name="sound"),
    path("wechat/", settings.wechat_page, name="wechat"),
    path("wechat/test/", settings.check_connection, name="check_connection"),
]
