"""Events: audit line, timeline and outbox in one, carried on by `manage.py deliver`."""
