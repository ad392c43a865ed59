from django.urls import path

from notifications.views_settings import settings_page

app_name = "voice"
urlpatterns = [path("", settings_page, name="settings")]
