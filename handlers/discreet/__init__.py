"""What stands between a client and whoever reads along."""
