"""Attacks on the running service, from where an attacker stands: the network, the command line, the files."""
