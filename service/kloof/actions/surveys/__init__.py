"""Reading survey files, and taking an answer."""
