"""Who watches and judges: the Qt application and its headless commands."""
