"""What takes longer than a page may: work that is asked for, and done by the worker."""
