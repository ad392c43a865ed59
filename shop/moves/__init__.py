"""What may happen to a thing, and the one door through which it does: tables, locks, stale forms, events."""
