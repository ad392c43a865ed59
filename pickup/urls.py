"""Addresses of the counter: /console/pickup/…"""

from django.urls import path

from pickup.pages import invites, records, verifiers
from shop.staff.actions.views import action_paths

app_name = "pickup"
urlpatterns = [
    path("records/", records.overview, name="records"),
    path("verifiers/", verifiers.overview, name="verifiers"),
    path("verifiers/appoint/", verifiers.appoint, name="appoint"),
    path("verifiers/<int:verifier_id>/", verifiers.verifier, name="verifier"),
    path("invites/", invites.overview, name="invites"),
    path("invites/new/", invites.invite_somebody, name="invite_somebody"),
    path("invites/<int:invite_id>/", invites.invite, name="invite"),
    path("invites/<int:invite_id>/qr.svg", invites.qr_code, name="invite_qr"),
    *action_paths(invites.PAGE, invites.ACTIONS, "invites/<int:invite_id>/"),
    *action_paths(verifiers.PAGE, verifiers.ACTIONS, "verifiers/<int:verifier_id>/"),
]
