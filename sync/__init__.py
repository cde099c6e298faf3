"""What is kept: the arena's records and rules, here and at the centre."""
