"""What `singgah check` looks at."""
