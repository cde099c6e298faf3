"""SmolVLA: a small vision-language model and an expert that turns noise into actions by flow matching."""

from gpu_daemon.policies.smolvla.model import SmolVLAModel as SmolVLAModel
