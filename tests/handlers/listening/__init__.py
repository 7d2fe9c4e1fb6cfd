"""What staff see of how people are heard, and how they change it together."""
