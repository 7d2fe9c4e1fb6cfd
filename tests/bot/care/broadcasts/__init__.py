"""What a broadcast says, whom it reaches, and when it must not."""
