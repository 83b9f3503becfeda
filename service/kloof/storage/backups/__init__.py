"""What a backup reads and a restore writes: whole tables, and what people asked for since."""
