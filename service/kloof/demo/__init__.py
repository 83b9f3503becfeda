"""A made-up company whose year is played through the real actions, so that a newcomer sees the whole loop."""
