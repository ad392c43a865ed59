"""Every address of the shop."""

from django.urls import include, path
from django.views.generic import RedirectView

from orders.desk.pay_page.views import pay_page
from pickup.phone.cards import card
from shop import health, metrics
from shop.files.views import picture
from shop.staff.files.views import private_picture

urlpatterns = [
    path("", RedirectView.as_view(url="/console/")),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("media/<path:path>", picture, name="picture"),
    path("private/<path:path>", private_picture, name="private_picture"),
    path("hooks/", include("orders.payments.urls")),
    path("hooks/", include("orders.tracking.urls")),
    path("api/v1/", include("shop.api_urls")),
    path("v/<str:token>", card, name="pickup_code"),
    path("v/", include("pickup.phone.urls")),
    path("p/<str:pay_token>/", pay_page, name="pay_page"),
    path("console/pickup/cash/", include("pickup.cash.urls")),
    path("console/pickup/uncollected/", include("pickup.uncollected.urls")),
    path("console/pickup/", include("pickup.urls")),
    path("console/staff/", include("shop.staff.urls")),
    path("console/files/", include("shop.staff.files.urls")),
    path("console/", include("aftersales.urls")),
    path("console/orders/", include("orders.desk.urls")),
    path("console/alerts/", include("notifications.urls")),
    path("console/products/stock/", include("orders.desk.stock.urls")),
    path("console/products/", include("shop.catalog.urls")),
    path("console/money/", include("orders.desk.money.urls")),
    path("console/exports/", include("orders.desk.exports.urls")),
    path("console/customers/", include("orders.desk.customers.urls")),
    path("console/audit/", include("orders.desk.audit.urls")),
    path("console/stuck/", include("orders.desk.stuck.urls")),
    path("console/settings/voice/", include("notifications.voice.urls")),
    path("console/settings/robots/", include("notifications.robots.urls")),
    path("console/settings/couriers/", include("shop.couriers.urls")),
    path("console/settings/printers/", include("shop.printers.urls")),
    path("console/settings/freight/", include("shop.freight.urls")),
    path("console/settings/", include("shop.store.urls")),
    path("console/help/", include("shop.help.urls")),
    path("console/jobs/", include("shop.jobs.urls")),
    path("console/", include("orders.desk.home.urls")),
]

handler400 = "shop.http.pages.bad_request"
handler403 = "shop.http.pages.forbidden"
handler404 = "shop.http.pages.not_found"
handler500 = "shop.http.pages.server_error"
