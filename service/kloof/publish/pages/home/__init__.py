"""The first page: what a director knows after one minute."""
