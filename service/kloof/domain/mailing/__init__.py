"""What is sent and when: kinds of message, sending hours, and who gets none."""
