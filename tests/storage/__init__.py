"""What remembers, on SQLite and on PostgreSQL."""
