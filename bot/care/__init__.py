"""What is known about helping: safety, places, units and who is offered what."""
