"""The verbs of shipping reports."""
