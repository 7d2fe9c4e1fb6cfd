"""The commands of `singgah`, one file each: they put the parts together, start them and stop them."""
