"""The parts of the native MuJoCo viewer."""
