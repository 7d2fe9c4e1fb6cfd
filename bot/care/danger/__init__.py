"""How danger is heard in colloquial Indonesian and English: letters, words, concepts, scopes, rules, a small model."""
