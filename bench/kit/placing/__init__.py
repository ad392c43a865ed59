"""Orders placed as fast as it goes, and how fast that is."""
