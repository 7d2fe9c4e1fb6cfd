"""What typed words would tell about somebody, and what a bystander may see."""
