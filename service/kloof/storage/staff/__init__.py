"""What salespeople, delivery leads and the desk read."""
