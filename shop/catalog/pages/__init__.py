"""The console's pages of products."""
