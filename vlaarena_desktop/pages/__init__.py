"""One screen each: widgets only."""
