"""What a buyer is found by: keyed hashes of what is stored encrypted."""
