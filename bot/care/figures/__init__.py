"""The few figures that are published."""
