"""What a client's conversation leads to."""
