"""What buyers send back, what the shop takes in of it, and what it sends again."""
