"""Pictures and videos of replays, as files."""
