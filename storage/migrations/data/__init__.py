"""Changes of the data store, oldest first."""
