from django.urls import path

from shop.store import views, views_first_day, views_sound
from shop.store.area.views import area_page

app_name = "store"
urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("area/", area_page, name="area"),
    path("first-day/", views_first_day.first_day, name="first_day"),
    path("first-day/<slug:step>/leave-out/", views_first_day.leave_out, name="leave_out"),
    path("first-day/<slug:step>/take-up/", views_first_day.take_up, name="take_up"),
    path("sound/", views_sound.upload_sound, name="upload_sound"),
    path("sound/reset/", views_sound.reset_sound, name="reset_sound"),
    path("sound/<str:name>", views_sound.sound, name="sound"),
    path("wechat/", views.wechat_page, name="wechat"),
    path("wechat/test/", views.check_connection, name="check_connection"),
]
