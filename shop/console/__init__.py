"""What the pages of the console are made of, whatever they are about."""
