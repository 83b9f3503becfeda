"""What is asked and answered: a survey pair, its source file, answers, responses, and the gap between two of them."""
