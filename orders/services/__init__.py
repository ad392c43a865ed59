"""The verbs of floor 1."""
