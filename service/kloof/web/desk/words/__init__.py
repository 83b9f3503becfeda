"""What the pages of the desk say: the kinds of things there, in the words of whoever reads."""
