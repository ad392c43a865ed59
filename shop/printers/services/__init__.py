"""The verbs of printers."""
