"""People who work here, and what they want done together."""
