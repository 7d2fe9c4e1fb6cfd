"""What goes away on its day, and what proves it."""
