"""After-sales in the mini-program."""
