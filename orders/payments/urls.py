from django.urls import path

from orders.payments import hooks

app_name = "payment_hooks"
urlpatterns = [
    path("wechat-pay/payments", hooks.wechat_payment, name="wechat_payment"),
    path("wechat-pay/refunds", hooks.wechat_refund, name="wechat_refund"),
]
