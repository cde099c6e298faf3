"""Octo: a transformer over pictures and words with a diffusion head, run natively."""
