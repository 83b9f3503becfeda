"""What every request passes: its guard, its context, language, errors, headers, sessions and sizes."""
