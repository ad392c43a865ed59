"""Addresses of verifiers in the mini-program: /api/v1/verifier…"""

from django.urls import path

from pickup.api import views

urlpatterns = [
    path("verifier", views.MeView.as_view(), name="verifier"),
    path("verifier/waiting", views.WaitingView.as_view(), name="verifier_waiting"),
    path("verifier/handed-out", views.HandedOutView.as_view(), name="verifier_handed_out"),
    path("verifier/codes/<str:code>", views.CardView.as_view(), name="verifier_card"),
    path("verifier/verify", views.VerifyView.as_view(), name="verifier_verify"),
]
