"""Look an installation over without its keys, and say what somebody has to do."""
