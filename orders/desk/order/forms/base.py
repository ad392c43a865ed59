"""What every form about one order has."""

from django.utils.functional import cached_property

from orders.models import Order, OrderLine
from orders.selectors import load_lines
from shop.staff.actions.forms import ActionForm


class OrderForm(ActionForm):
    """A form about one order, with its lines where it asks for them."""

    subject: Order

    @property
    def order(self) -> Order:
        return self.subject

    @cached_property
    def lines(self) -> list[OrderLine]:
        return load_lines(self.subject)
