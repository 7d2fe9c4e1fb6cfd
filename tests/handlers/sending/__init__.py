"""What goes out: claimed, paced, tried and settled."""
