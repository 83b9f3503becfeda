"""Writing at the desk what customers are asked, and what they are written: by field, seen as it goes out."""
