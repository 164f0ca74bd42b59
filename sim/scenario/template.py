"""The commented scenario that a new one starts from."""

from __future__ import annotations

import json
from importlib.resources import files


def template(name: str) -> str:
    """Return a commented scenario to start from, with ``name`` for its title."""
    text = files("sim.scenario").joinpath("new.yaml").read_text(encoding="utf-8")
    title = name.strip()[:200] or "A first scenario"
    # JSON's quotes and escapes are YAML's too, so that any file name makes a title.
    return text.replace("SCENARIO_TITLE", json.dumps(title.encode("utf-8", "replace").decode()))
