"""Address of the evidence: /console/orders/evidence/…"""

from django.urls import path

import aftersales.converters  # noqa: F401  # the kind of part below
from orders.desk.evidence.views import show_evidence

urlpatterns = [
    path("evidence/<aftersale_number:aftersale>/", show_evidence, name="evidence"),
]
