"""Files that come with the service: areas, directory, content."""
