"""What can go back of an order: what is left, how it is shared out, and by which way."""
