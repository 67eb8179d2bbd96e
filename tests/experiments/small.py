"""A small experiment, with which the command is tested."""

import time
from pathlib import Path

from experiments.making import command

BEST = {"quick": 0.01, "slow": 0.1}

SETTINGS = {
    "choice": {
        "rates": [0.001, 0.01, 0.1],
        "seeds": [100, 101],
        "per": ["network"],
        "by": "error",
        "best": "lowest",
        "among": {"size": [1]},
    }
}


def run(network, size, seed, lr):
    if network == "slow":
        time.sleep(1000)
    return {"error": abs(lr - BEST[network]) * size}


if __name__ == "__main__":
    axes = {"network": list(BEST), "size": (1, 2), "seed": (0, 1, 2)}
    command("A small experiment.", Path("nowhere.json"), SETTINGS, run, **axes)
