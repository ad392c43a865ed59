"""The socket of a console page: what is unhandled, and hints about what the page shows."""
