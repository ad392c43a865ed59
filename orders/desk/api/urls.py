"""Addresses of the order; their names stand in the namespace `api`, as those of all the API."""

from django.urls import path

from orders.desk.api import moves, pickup, slots, views

urlpatterns = [
    path("stores/<str:id>/slots", slots.SlotsView.as_view(), name="slots"),
    path("orders", views.OrdersView.as_view(), name="orders"),
    path("orders/preview", views.PreviewView.as_view(), name="preview"),
    path("orders/counts", views.CountsView.as_view(), name="counts"),
    path("orders/<str:number>", views.OrderView.as_view(), name="order"),
    path("orders/<str:number>/timeline", views.TimelineView.as_view(), name="timeline"),
    path("orders/<str:number>/pay", moves.PayView.as_view(), name="pay"),
    path("orders/<str:number>/pay-by-balance", moves.PayByBalanceView.as_view(), name="pay_by_balance"),
    path("orders/<str:number>/transfer-proof", moves.TransferProofView.as_view(), name="transfer_proof"),
    path("orders/<str:number>/choose-payment", moves.ChoosePaymentView.as_view(), name="choose_payment"),
    path("orders/<str:number>/delivery", moves.ChangeDeliveryView.as_view(), name="change_delivery"),
    path("orders/<str:number>/cancel", moves.CancelView.as_view(), name="cancel"),
    path("orders/<str:number>/receive", moves.ReceiveView.as_view(), name="receive"),
    path("orders/<str:number>/urge", moves.UrgeView.as_view(), name="urge"),
    path("orders/<str:number>/pickup-code", pickup.CodeView.as_view(), name="pickup_code"),
    path("orders/<str:number>/pickup-code.png", pickup.CodePngView.as_view(), name="pickup_code_png"),
    path("orders/<str:number>/pickup-code.svg", pickup.CodeSvgView.as_view(), name="pickup_code_svg"),
    path("orders/<str:number>/extend", moves.ExtendView.as_view(), name="extend"),
    path("orders/<str:number>/invoice", moves.InvoiceView.as_view(), name="invoice"),
    path(
        "orders/<str:number>/invoice/withdraw", moves.WithdrawInvoiceView.as_view(), name="withdraw_invoice"
    ),
    path("me/invoice-title", moves.InvoiceTitleView.as_view(), name="invoice_title"),
]
