from django.urls import path

from orders.payments.hooks import alipay, wechat

app_name = "payment_hooks"
urlpatterns = [
    path("wechat-pay/payments", wechat.wechat_payment, name="wechat_payment"),
    path("wechat-pay/refunds", wechat.wechat_refund, name="wechat_refund"),
    path("alipay/payments", alipay.alipay_notice, name="alipay_notice"),
]
