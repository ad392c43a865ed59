"""The verbs of senders, of couriers in use, and of providers of e-waybills."""
