"""The verbs of after-sales."""
