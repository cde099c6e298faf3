"""A plug-in whose policies behave badly, each in the manner its card names."""

from __future__ import annotations

import ctypes
import os
import signal
import threading

import numpy as np

from scenes.models import ModelCard
from scenes.policy import Observation

FAULTY_STEP = 3  # so that an episode is under way


class Misbehaving:
    def __init__(self, card: ModelCard) -> None:
        self._manner, self._id = str(card.options["manner"]), card.id
        print(f"loading {card.id}", flush=True)
        if self._manner == "does not load":
            raise OSError(f"no weights for {card.id}")
        self.reset("", 0)

    def reset(self, instruction: str, seed: int) -> None:
        self._steps, self._seed = 0, seed

    def act(self, observation: Observation) -> object:
        self._steps += 1
        if self._manner == "slow":
            threading.Event().wait(0.05)
        if self._steps >= FAULTY_STEP:
            return self._misbehave()
        return self._action()

    def close(self) -> None:
        pass

    def _action(self) -> np.ndarray:
        wave = np.sin(0.1 * self._steps + np.arange(7) + self._seed)
        return wave[np.newaxis].astype(np.float32)

    def _misbehave(self) -> object:
        if self._manner == "hangs":
            threading.Event().wait()
        elif self._manner == "holds the interpreter":
            ctypes.PyDLL(None).pause()
        elif self._manner == "floods":
            while True:
                os.write(1, b"nonsense " * 1000)
        elif self._manner == "raises":
            raise RuntimeError(f"{self._id} is confused")
        elif self._manner == "kills itself":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._manner == "exits":
            raise SystemExit(f"{self._id} leaves")
        return _NO_ACTIONS.get(self._manner, self._action())


_NO_ACTIONS: dict[str, object] = {
    "not a number": np.full((1, 7), np.nan, np.float32),
    "infinite": np.full((1, 7), np.inf, np.float32),
    "too small": np.zeros((1, 6), np.float32),
    "too many": np.zeros((2, 7), np.float32),
    "an object": np.array([[None] * 7], dtype=object),
    "nothing": None,
}
