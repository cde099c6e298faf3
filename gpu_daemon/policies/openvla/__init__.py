"""OpenVLA: a 7B vision-language model that answers with action tokens, run natively."""

from gpu_daemon.policies.openvla.model import OpenVLAModel as OpenVLAModel
