"""The verbs of print jobs."""
