"""From an invitation that is due to mail that has left, and what comes back."""
