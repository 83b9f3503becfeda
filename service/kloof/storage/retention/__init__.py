"""What is forgotten after so many months: which it is, and forgetting it, in the caller's transaction."""
