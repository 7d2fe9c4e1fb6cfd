"""Tests of what staff may change in how people are heard."""
