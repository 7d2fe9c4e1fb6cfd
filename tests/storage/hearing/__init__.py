"""What staff change of how people are heard."""
