"""Addresses of after-sales in the mini-program: /api/v1/aftersales… and below the orders."""

from django.urls import path

from aftersales.api import views

urlpatterns = [
    path("orders/<str:number>/aftersale-options", views.OptionsView.as_view(), name="aftersale_options"),
    path("orders/<str:number>/aftersales", views.AskView.as_view(), name="ask_aftersale"),
    path("aftersale-reasons", views.ReasonsView.as_view(), name="aftersale_reasons"),
    path("aftersales", views.AftersalesView.as_view(), name="aftersales"),
    path("aftersales/<str:aftersale>", views.AftersaleView.as_view(), name="aftersale"),
    path("aftersales/<str:aftersale>/withdraw", views.WithdrawView.as_view(), name="withdraw_aftersale"),
    path("aftersales/<str:aftersale>/send-back", views.SendBackView.as_view(), name="send_goods_back"),
    path("aftersales/<str:aftersale>/renumber", views.RenumberView.as_view(), name="renumber_return"),
    path("aftersales/<str:aftersale>/dispute", views.DisputeView.as_view(), name="dispute_aftersale"),
    path(
        "aftersales/<str:aftersale>/withdraw-dispute",
        views.WithdrawDisputeView.as_view(),
        name="withdraw_dispute",
    ),
    path("aftersales/<str:aftersale>/reason", views.ReasonView.as_view(), name="correct_aftersale_reason"),
]
