"""What the product does: one function per thing, taking settings and the time, joining the rooms below."""
