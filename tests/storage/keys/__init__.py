"""Root keys, folder keys, and how they are turned and put away."""
