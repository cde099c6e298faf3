"""What is played: the shared vocabulary of robots, scenes, worlds and episodes."""
