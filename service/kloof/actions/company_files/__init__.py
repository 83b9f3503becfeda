"""The company's files that are edited in a browser: put in one step, and alike on machines that share a database."""
