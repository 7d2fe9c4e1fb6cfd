"""What happens when disk, database, platform or record fail: nobody loses a word, and nothing is done twice."""
