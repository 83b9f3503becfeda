"""Signing in, who works here, and who looked."""
