"""Jobs that other processes can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from medgraph.errors import SinkError


def double(job: str) -> str:
    """A job for workers that may be told to die."""
    if job.startswith("die once "):
        mark = Path(job.removeprefix("die once "))
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    elif job == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif job == "fail":
        raise ZeroDivisionError("by design")
    elif job == "full":
        raise SinkError("out", "full")
    time.sleep(0.05)
    return job * 2
