"""What the program is made of besides itself: how much, which versions, and what is known against them."""
