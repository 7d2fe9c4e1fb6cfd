"""What is kept about a client."""
