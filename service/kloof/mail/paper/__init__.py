"""What goes on paper besides letters."""
