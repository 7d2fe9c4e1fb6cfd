"""What goes on which day, and what must never come back."""
