"""What was sold: deals and their customers, the files that they come in, practices, and the arms of the study."""
