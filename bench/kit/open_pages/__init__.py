"""Consoles that stay open: what reaches them, and when."""
