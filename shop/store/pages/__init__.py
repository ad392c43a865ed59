"""The console's pages of the settings."""
