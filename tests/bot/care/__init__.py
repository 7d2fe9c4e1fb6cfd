"""What is known about helping."""
