"""Files as they are read, before anybody knows what is in them: rows, titles, and which column is which."""
