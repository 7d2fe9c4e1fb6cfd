"""Understand what people ask: which question it is, or that it must not be answered."""
