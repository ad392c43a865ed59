"""Stock: changed in one way, told when it runs low, and what could not be sold."""
