"""What every page of ours tells a browser, and what it takes from one; shared by the web chat and the desk."""
