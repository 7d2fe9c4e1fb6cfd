"""What has arrived, what is under way and what was given up."""
