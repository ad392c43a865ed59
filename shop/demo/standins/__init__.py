"""Strict stand-ins for the services of others, all on one server; `python -m shop.demo.standins`."""

from shop.demo.standins.alipay.credentials import AlipayCredentials, load_alipay_credentials
from shop.demo.standins.couriers.credentials import CourierCredentials, load_courier_credentials
from shop.demo.standins.credentials import StandInCredentials, load_credentials
from shop.demo.standins.ledger import (
    Ledger,
    import_alipay_refund,
    import_alipay_trade,
    import_done_refund,
    import_paid_trade,
)
from shop.demo.standins.printers.credentials import PrinterCredentials, load_printer_credentials
from shop.demo.standins.printers.socket_printer import print_in_thread
from shop.demo.standins.robots.credentials import RobotCredentials, load_robot_credentials
from shop.demo.standins.server import StandInServer, run_in_thread

__all__ = [
    "AlipayCredentials",
    "CourierCredentials",
    "Ledger",
    "PrinterCredentials",
    "RobotCredentials",
    "StandInCredentials",
    "StandInServer",
    "import_alipay_refund",
    "import_alipay_trade",
    "import_done_refund",
    "import_paid_trade",
    "load_alipay_credentials",
    "load_courier_credentials",
    "load_credentials",
    "load_printer_credentials",
    "load_robot_credentials",
    "print_in_thread",
    "run_in_thread",
]
