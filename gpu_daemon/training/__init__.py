"""How learned baselines are made: demonstrations, cloning, DAgger, evaluation, export."""
