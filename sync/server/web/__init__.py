"""The public board: pages that the service renders and that need no JavaScript."""
