"""Copies to carry away, and the way back from them."""
