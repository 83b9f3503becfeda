"""The outbox: what is queued, who holds it, what became of it, and who gets nothing more."""
