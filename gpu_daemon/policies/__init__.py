"""The adapters that make a model a policy; each is found by its entry point."""
