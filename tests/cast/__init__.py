"""Who plays in the tests: surveys, people, customers and deals, and whole companies made of them."""
