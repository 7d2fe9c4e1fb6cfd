"""How what a client says is sealed, and opened only in its place."""
