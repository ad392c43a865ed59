"""Provinces, cities and districts, and addresses taken apart by them."""
