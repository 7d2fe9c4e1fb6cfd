"""Cases, what is said in them, what is due, and what units have open."""
