"""Backup and restore: one archive with every table, every stored file and the wrapped keys, for both databases."""
