"""The verbs that move money."""
