"""What machines know of each other through the database that they share."""
