"""Changes of the key store, oldest first."""
