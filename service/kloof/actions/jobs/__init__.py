"""Asking the worker for what takes longer than a page may, and how the worker does it."""
