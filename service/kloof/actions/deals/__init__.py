"""Deals, deliveries and cancellations that come in."""
