"""Octo: a transformer over pictures and words with a diffusion head, run natively."""

from gpu_daemon.policies.octo.model import OctoModel as OctoModel
