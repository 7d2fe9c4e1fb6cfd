"""Write programme information to many: written by one, approved by another, sent a little at a time."""
