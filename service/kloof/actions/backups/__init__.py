"""One file that holds a whole kloof: made while everything runs, put back on either engine."""
