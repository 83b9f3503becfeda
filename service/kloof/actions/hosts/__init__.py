"""Machines that share a database: alike, and each with what the others made."""
