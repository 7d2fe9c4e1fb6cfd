"""Service units: read, compared, and offered to whom they suit."""
