"""What outside services send us on their own: kept as evidence when it was believed, as a security event when not.

Each service has hooks of its own, which verify and apply; they share the record, its limits and the guard of replays.
"""
