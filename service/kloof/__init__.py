"""kloof: paired surveys that measure V − R = S, the gap between expectation and reality."""

__version__ = "0.1.0"
