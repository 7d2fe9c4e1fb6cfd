"""What can be wrong with the content of danger detection."""


class DangerContentError(Exception):
    """A file in content/danger says something that cannot be; the message names the file, the place and the remedy."""
