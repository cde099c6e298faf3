"""Who plays: the process that owns the GPU and runs policies in worlds."""
