"""The number of an after-sale in an address."""

from django.urls import register_converter


class AftersaleNumber:
    """An order's number, `A`, and which of that order it is."""

    regex = "[0-9]{18}A[0-9]{1,4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class OrderNumber(AftersaleNumber):
    """The number of the order that something is asked back of."""

    regex = "[0-9]{18}"


register_converter(AftersaleNumber, "aftersale_number")
register_converter(OrderNumber, "asked_order")
