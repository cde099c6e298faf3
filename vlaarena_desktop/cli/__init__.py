"""The headless commands. None of them imports Qt."""
