"""What people do at the scan station: open an order, scan its goods, send it."""
