"""Two people in front of two real browsers."""
