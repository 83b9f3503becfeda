"""What an operator sees of every request: its name, its line in the log, and the numbers of all of them."""
