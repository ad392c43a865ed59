"""The counter: codes of pickup orders, who may hand them out, and what was handed out to whom."""
