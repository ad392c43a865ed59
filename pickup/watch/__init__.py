"""The eye on the counter: guessed codes, and what was tried by those whose business it is not."""
