"""Robots in the groups of the staff: what they say of an alert, when, and how the owner sets them up."""
