"""Webhooks: endpoints, what is written to them, and the worker's hand that tells them."""
