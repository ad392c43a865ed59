"""Services of bills and of what does not agree."""
