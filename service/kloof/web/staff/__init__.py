"""The pages of salespeople, delivery leads and the desk, and the way in."""
