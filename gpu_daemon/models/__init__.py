"""Models on this machine: fetched from a hub or a folder, pinned, checked and removed."""
