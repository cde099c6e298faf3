"""Run as a process: the real daemon, as if it were shipped without models: it offers the data folder's cards alone.

python canary_daemon.py serve ...
"""

from __future__ import annotations

from pathlib import Path

from gpu_daemon import __main__ as daemon
from gpu_daemon.policies import loading

if __name__ == "__main__":
    loading.SHIPPED_CARDS = Path(__file__).parent / "no-cards"
    daemon.main()
