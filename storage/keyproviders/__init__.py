"""Who opens a sealed key folder: somebody with a passphrase, or a key service."""
