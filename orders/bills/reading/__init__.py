"""Bills as the platforms write them, read row by row: nothing here knows the database."""
