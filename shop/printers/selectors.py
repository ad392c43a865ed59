"""Reading the printers."""

from shop.printers.models import Printer


def list_printers() -> list[Printer]:
    """All of them, those in use first."""
    return list(Printer.objects.order_by("-is_on", "id"))


def list_ready() -> list[Printer]:
    """Those where something may be printed."""
    return list(Printer.objects.filter(is_on=True, tested_at__isnull=False).order_by("id"))


def list_automatic(delivery: str) -> list[Printer]:
    """Those where receipts of this way of delivery come out by themselves, once such an order may be prepared."""
    return [printer for printer in list_ready() if delivery in printer.deliveries and not printer.store_id]


def list_at_counter(store_id: int) -> list[Printer]:
    """Those where the receipt comes out when something is handed out at this store."""
    return [printer for printer in list_ready() if printer.store_id == store_id]
