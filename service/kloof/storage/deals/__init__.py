"""Deals, and which of their customers are one."""
