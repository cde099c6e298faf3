"""pi0: PaliGemma with a flow-matching action expert, through transformers' own class, from lerobot's files."""

from gpu_daemon.policies.pi0.adapter import Pi0Policy as Pi0Policy
