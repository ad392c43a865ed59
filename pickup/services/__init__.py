"""What people do at the counter."""
