"""What speaks: one module per channel, all under one contract."""
