"""Places of Indonesia and the ways between them."""
