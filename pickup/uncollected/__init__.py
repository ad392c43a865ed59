"""Goods that wait at a counter, and of which nobody has come for too long (待取超期)."""
