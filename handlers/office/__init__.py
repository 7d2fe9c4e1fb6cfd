"""What the desk shows and does."""
