"""What stands for an order and for a row in an address."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class OrderNumberConverter(StringConverter):
    regex = "[0-9]{1,18}"


class RowIdConverter(StringConverter):
    """An id that fits the database's big integer."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:  # type: ignore[override]  # a path converter may give any type
        return int(value)


register_converter(OrderNumberConverter, "order_number")
register_converter(RowIdConverter, "row_id")
