"""What the REST API is made of: its endpoints, input, errors, limits, and how it describes itself."""
