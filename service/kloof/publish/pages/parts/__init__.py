"""The pages about a part of the customers, or about what was promised to them."""
