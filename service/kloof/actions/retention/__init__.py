"""What kloof forgets by itself after so many months, where the company says so."""
