"""Changes of the tables, forward only: to go back, restore a backup."""
