"""The verbs of the terms, the reasons and the return addresses."""
