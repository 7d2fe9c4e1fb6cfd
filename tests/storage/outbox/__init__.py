"""Messages on their way out: written with the turn that caused them, gone once the platform has them."""
