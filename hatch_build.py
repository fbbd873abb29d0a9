"""
Compiles the readers and writers that have a version in Cython, where there is a compiler for it.

Without one the package is built all the same and runs in plain Python, at half the speed or less.
"""

from __future__ import annotations

import platform
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "medgraph"


def compiled(root: Path, folder: Path) -> list[Path]:
    """The compiled modules, in ``folder`` under their paths below ``root``."""
    from Cython.Build import cythonize  # noqa: PLC0415 (there may be none)
    from setuptools import Distribution, Extension  # noqa: PLC0415

    modules = cythonize(
        [
            Extension(
                ".".join(path.relative_to(root).with_suffix("").parts),
                [str(path.relative_to(root))],
                extra_compile_args=["-g0"],
            )
            for path in sorted((root / PACKAGE).rglob("*.pyx"))
        ],
        build_dir=str(folder / "c"),
        quiet=True,
    )
    distribution = Distribution({"name": PACKAGE, "ext_modules": modules})
    command = distribution.get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(folder), str(folder / "o")
    distribution.run_command("build_ext")
    return sorted((folder / PACKAGE).rglob(f"*{sysconfig.get_config_var('EXT_SUFFIX')}"))


class Compiling(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled modules to a wheel; to an editable one by putting them beside their sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is put together."""
        if platform.python_implementation() != "CPython":
            return
        root = Path(self.root)
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        try:
            found = compiled(root, folder)
        except Exception as error:  # whatever a compiler, or the lack of one, comes up with
            self.app.display_warning(f"{PACKAGE} is built without its compiled parts, and is slower: {error}")
            return
        for path in found:
            place = path.relative_to(folder)
            if version == "editable":
                (root / place).write_bytes(path.read_bytes())
            else:
                build_data["force_include"][str(path)] = str(place)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called when the wheel is there."""
        if platform.python_implementation() == "CPython":
            self._folder.cleanup()
