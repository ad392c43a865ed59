"""Addresses of the phone's pages: /v/…"""

from django.urls import path

from pickup.phone import account, cash, demo, join, native, sign_in

app_name = "phone"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/wechat/", sign_in.to_wechat, name="to_wechat"),
    path("sign-in/back/", sign_in.back, name="back"),
    path("sign-in/demo/", demo.sign_in_as, name="demo"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/", account.account, name="account"),
    path("join/<str:token>", join.join, name="join"),
    path("cash/", cash.cash, name="cash"),
    path("<str:token>/native/", native.native, name="native"),
]
