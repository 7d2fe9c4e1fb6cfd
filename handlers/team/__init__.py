"""Staff in their chats, and who gets in."""
