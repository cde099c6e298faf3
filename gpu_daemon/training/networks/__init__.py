"""The two architectures of the shipped baselines."""
