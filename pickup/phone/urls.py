"""Addresses of a verifier's phone: /v/…; the code itself is /v/<token>."""

from django.urls import path

from pickup.phone import account, cards, cash, demo, home, join, native, sign_in

app_name = "phone"
urlpatterns = [
    path("", home.waiting, name="home"),
    path("done/", home.handed_out, name="done"),
    path("find/", home.find, name="find"),
    path("store/", home.choose_store, name="choose_store"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/wechat/", sign_in.to_wechat, name="to_wechat"),
    path("sign-in/back/", sign_in.back, name="back"),
    path("sign-in/demo/", demo.sign_in_as, name="demo"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/", account.account, name="account"),
    path("cash/", cash.cash, name="cash"),
    path("join/<str:token>", join.join, name="join"),
    path("<str:token>/native/", native.native, name="native"),
    path("<str:token>/verify/", cards.verify, name="verify"),
]
