"""One writer, many readers, on SQLite and on PostgreSQL."""
