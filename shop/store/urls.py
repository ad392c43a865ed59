from django.urls import path

from shop.staff.actions.views import action_paths
from shop.store.area.views import area_page
from shop.store.pages import accounts, collection_code, first_day, settings, sound
from shop.store.pickup_stores import views as pickup_stores

app_name = "store"
urlpatterns = [
    path("", settings.settings_page, name="settings"),
    path("area/", area_page, name="area"),
    path("collection-code/", collection_code.upload_collection_code, name="upload_collection_code"),
    path("collection-code/remove/", collection_code.remove_code, name="remove_collection_code"),
    path("first-day/", first_day.first_day, name="first_day"),
    path("first-day/<slug:step>/leave-out/", first_day.leave_out, name="leave_out"),
    path("first-day/<slug:step>/take-up/", first_day.take_up, name="take_up"),
    path("sound/", sound.upload_sound, name="upload_sound"),
    path("sound/reset/", sound.reset_sound, name="reset_sound"),
    path("sound/<str:name>", sound.sound, name="sound"),
    path("stores/", pickup_stores.overview, name="pickup_stores"),
    path("stores/new/", pickup_stores.add, name="add_pickup_store"),
    path("stores/<int:store_id>/", pickup_stores.store, name="pickup_store"),
    *action_paths(pickup_stores.PAGE, pickup_stores.ACTIONS, "stores/<int:store_id>/"),
    path("wechat/", accounts.wechat_page, name="wechat"),
    path("wechat/test/", accounts.check_connection, name="check_connection"),
    path("alipay/", accounts.alipay_page, name="alipay"),
    path("alipay/test/", accounts.check_alipay, name="check_alipay"),
]
