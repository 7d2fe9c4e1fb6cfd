"""What acts: one module per thing that happens."""
