"""Pure Python: what kloof knows. See README.md for what this room may not do."""
