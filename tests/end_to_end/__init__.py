"""The real process over real HTTP."""
