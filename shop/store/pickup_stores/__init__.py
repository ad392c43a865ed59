"""Stores where buyers pick up what they ordered."""
