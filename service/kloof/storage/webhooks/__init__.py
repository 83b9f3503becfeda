"""Endpoints of webhooks, and the outbox of what they are to be told."""
