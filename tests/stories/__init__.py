"""Golden dialogues: what a client and a counsellor read, word for word."""
