"""Small runs of every benchmark, so that none of them rots."""
