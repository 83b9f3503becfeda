"""Closing blocks, publishing a release, attacking it, and building the site."""
