"""The verbs that move parcels."""
