"""Callbacks of the payment gateways: verified on the raw bytes, stored, applied once, answered fast."""
