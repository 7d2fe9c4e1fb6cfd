"""What staff may change in how people are heard, and the check that nothing is lost by it."""
