"""What buyers send back: announced, on its way, taken in."""
