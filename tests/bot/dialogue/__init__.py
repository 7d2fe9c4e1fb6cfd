"""How the conversation goes."""
