"""Addresses of orders: /console/orders/…"""

from orders.desk.bulk.urls import urlpatterns as bulk_urls
from orders.desk.cod.urls import urlpatterns as cod_urls
from orders.desk.collections.urls import urlpatterns as collection_urls
from orders.desk.evidence.urls import urlpatterns as evidence_urls
from orders.desk.intercepts.urls import urlpatterns as intercept_urls
from orders.desk.invoices.urls import urlpatterns as invoice_urls
from orders.desk.list.urls import urlpatterns as list_urls
from orders.desk.order.urls import urlpatterns as order_urls
from orders.desk.printing.urls import urlpatterns as printing_urls
from orders.desk.prints.urls import urlpatterns as print_urls
from orders.desk.refunds.urls import urlpatterns as refund_urls
from orders.desk.station.urls import urlpatterns as station_urls
from orders.desk.testing.urls import urlpatterns as testing_urls
from orders.desk.tracking.urls import urlpatterns as tracking_urls
from orders.desk.waybills.urls import urlpatterns as waybill_urls
from orders.desk.wechat_report.urls import urlpatterns as report_urls

app_name = "orders"
urlpatterns = [
    *list_urls,
    *bulk_urls,
    *testing_urls,
    *station_urls,
    *print_urls,
    *evidence_urls,
    *printing_urls,
    *waybill_urls,
    *intercept_urls,
    *collection_urls,
    *cod_urls,
    *report_urls,
    *tracking_urls,
    *invoice_urls,
    *refund_urls,
    *order_urls,
]
