"""Migrations of the settings, there and back."""
