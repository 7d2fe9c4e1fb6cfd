"""What remembers: tables, encryption and queries."""
