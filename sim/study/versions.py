"""The versions of what a result is computed with: the same ones give the same bytes."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

_VERSIONS: Final = ("deconflict", "numpy", "scipy", "simpy", "pyarrow", "pyproj", "shapely")


def versions() -> dict[str, str]:
    """Return the versions of what a result was computed with."""
    found = {"python": platform.python_version()}
    for name in _VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
