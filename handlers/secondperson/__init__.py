"""What the operator does with the whole house only when a second person has agreed to exactly that."""
