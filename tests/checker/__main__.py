"""``python -m checker [FILE...]``: look for every value of the records in their graphs, and print what was found."""

from __future__ import annotations

import sys
from pathlib import Path

from .corpus import files_of, mesh_names
from .tally import tallies

HERE = Path(__file__).parent
SHARED = HERE.resolve().parents[2] / "shared" / "data"


def main(arguments: list[str]) -> int:
    """Print the counts; 1 where something is wrong."""
    every = "--all" in arguments
    files = [Path(argument) for argument in arguments if argument != "--all"]
    if not files:
        files = files_of(SHARED) if SHARED.is_dir() else [HERE / "everything.xml", HERE / "everything.nbib"]
    found = tallies(files, names=mesh_names(SHARED / "mesh") if SHARED.is_dir() else None)
    for tally in found:
        if tally.total or tally.refused or tally.failures:
            print("\n".join(tally.lines(every)))
            print("\n".join(f"    {failure}" for failure in tally.failures[:1000]))
    return int(any(tally.failures for tally in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
