from django.urls import path

from notifications.voice import views

app_name = "voice"
urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("<str:alert_kind>/", views.kind_page, name="kind"),
    path("<str:alert_kind>/sound/", views.upload_sound, name="upload_sound"),
    path("<str:alert_kind>/sound/reset/", views.reset_sound, name="reset_sound"),
]
