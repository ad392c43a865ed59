"""What is said aloud of an alert: words, sound, and to whom; the page on which the owner sets it."""
