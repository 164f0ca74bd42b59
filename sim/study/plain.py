"""Values of a result as JSON holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from sim.records import rounded


def plain(value: Any) -> Any:
    """Return a value as JSON holds it: dataclasses as mappings, reals with nine digits."""
    if hasattr(value, "__dataclass_fields__"):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return rounded(value) if np.isfinite(value) else None
    if isinstance(value, np.generic):
        return plain(value.item())
    return value
