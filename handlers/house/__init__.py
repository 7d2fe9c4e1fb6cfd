"""What is opened at the start and exchanged while serving: keys, content, land, directory."""
