"""What stands in deploy/: that it takes no more than it needs, and fits the program."""
