"""A shop with a long past, written straight into PostgreSQL."""
