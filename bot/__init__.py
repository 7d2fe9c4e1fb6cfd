"""What decides: pure functions and values, without clock, network or database."""
