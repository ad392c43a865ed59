"""The console's pages of staff: signing in, one's own account, the people who work here."""
