"""Addresses of what is printed: /console/orders/prints/…"""

from django.urls import path

from orders.desk.prints import views

urlpatterns = [
    path("prints/", views.print_orders, name="print"),
    path("prints/<str:token>/", views.show_printed, name="printed"),
]
