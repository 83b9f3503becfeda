"""What salespeople, delivery leads and the desk do."""
