"""What happens once danger was heard."""
