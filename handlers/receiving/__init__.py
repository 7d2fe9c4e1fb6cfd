"""What comes in: taken once, in order, within limits."""
