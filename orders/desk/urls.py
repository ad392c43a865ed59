"""Addresses of orders: /console/orders/…"""

from orders.desk.list.urls import urlpatterns as list_urls
from orders.desk.order.urls import urlpatterns as order_urls

app_name = "orders"
urlpatterns = [*list_urls, *order_urls]
