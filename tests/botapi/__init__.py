"""A Bot API server on loopback, with people in it, so that the Telegram channel is tested over real HTTP."""
