"""Broadcasts as they are kept: what is written, who gets it, and what became of it."""
