"""Addresses of the counter: /console/pickup/…"""

from django.urls import path

from pickup.pages import records, verifiers
from shop.staff.actions.views import action_paths

app_name = "pickup"
urlpatterns = [
    path("records/", records.overview, name="records"),
    path("verifiers/", verifiers.overview, name="verifiers"),
    path("verifiers/appoint/", verifiers.appoint, name="appoint"),
    path("verifiers/<int:verifier_id>/", verifiers.verifier, name="verifier"),
    *action_paths(verifiers.PAGE, verifiers.ACTIONS, "verifiers/<int:verifier_id>/"),
]
