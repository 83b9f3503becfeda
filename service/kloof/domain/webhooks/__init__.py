"""Webhooks: what other programs are told of, where to, how it is signed, and which addresses kloof never speaks to."""
