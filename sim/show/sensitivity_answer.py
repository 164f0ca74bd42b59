"""What a sensitivity study says, as lines: for the terminal, or as Markdown for a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from sim.scenario import Scenario
from sim.show.markdown import table_lines
from sim.show.numbers import Known, number, points, share, wrapped
from sim.show.words import counted
from sim.study.factors import LUCK, Factor
from sim.study.indices import Effect, Index
from sim.study.points import THRESHOLDS

_SHOWN: Final = 12
_HUNDRED: Final = 100


class Carried(Protocol):
    """What carries the answer: a study, or one as its folder keeps it."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def arm(self) -> str: ...
    @property
    def given(self) -> str | None: ...
    @property
    def seed(self) -> int: ...
    @property
    def worlds(self) -> int: ...
    @property
    def days(self) -> float: ...
    @property
    def complete(self) -> bool: ...
    @property
    def factors(self) -> tuple[Factor, ...]: ...
    @property
    def effects(self) -> Mapping[str, tuple[Effect, ...]]: ...
    @property
    def indices(self) -> Mapping[str, tuple[Index, ...]]: ...
    def factor(self, name: str) -> Factor: ...
    def base(self, threshold: int) -> Known: ...
    def uninvited(self, threshold: int) -> Known: ...
    def noise(self, threshold: int) -> tuple[float, float]: ...
    def level(self, threshold: int) -> float: ...


def lines_of(found: Carried, markdown: bool = False) -> Iterator[str]:
    """Yield what carries the answer, the tables it is read from, and how far to trust them."""
    yield wrapped(scope(found))
    yield ""
    yield from at_base(found)
    if found.effects:
        for k in THRESHOLDS:
            yield ""
            yield f"Rung {k} or higher"
            yield ""
            yield wrapped(statement(found, k))
            yield ""
            yield from _screening(found, k, markdown)
            if found.indices:
                yield ""
                yield from _variance(found, k, markdown)
    yield ""
    yield wrapped(caution(found))
    if not found.complete:
        yield ""
        yield "Interrupted: this covers what was finished."


def scope(found: Carried) -> str:
    """Return what was asked of how much."""
    given = f", given {found.given}" if found.given else ""
    return (
        f"Sensitivity of {found.arm} against no line: {found.scenario.scenario}{given}, "
        f"{len(found.factors) - 1} factors over their ranges, {counted(found.worlds, 'world')} of "
        f"{found.days:g} days at every point, seed {found.seed}"
    )


def at_base(found: Carried) -> Iterator[str]:
    """Yield the paired difference at the scenario's own values."""
    for k in THRESHOLDS:
        yield wrapped(
            f"At base values, change at rung {k} or higher: {points(found.base(k))} percentage "
            f"points; with invitation 0: {points(found.uninvited(k))}."
        )


def statement(found: Carried, threshold: int) -> str:
    """Return in plain words what carries the answer at a rung."""
    rows = found.effects[f"difference_{threshold}"]
    real = sorted((r for r in rows if r.name != LUCK), key=lambda r: (-r.size, r.name))
    if not real or not real[0].size:
        return "The paired difference is the same at every point: nothing that is varied moves it."
    level = found.level(threshold)
    error, spread = found.noise(threshold)
    above = [r.name for r in real if r.low > level]
    text = f"The paired difference is moved most by {_named(real[:3])}. "
    if not above:
        text += "None of them surely moves it by more than other worlds of the same number do"
    else:
        verb = "moves" if len(above) == 1 else "move"
        text += f"Of {len(real)} factors {len(above)} surely {verb} it by more than other worlds do"
    text += (
        f" (in the mean {number(_HUNDRED * level)} points). A point's standard error is "
        f"{number(_HUNDRED * error)} points, the spread over points {number(_HUNDRED * spread)}"
    )
    text += ": most of that spread is noise. " if error > spread / 2 else ". "
    still = sum(1 for r in real if not r.size)
    if still:
        text += f"{counted(still, 'factor')} changed no world at this rung along these paths. "
    return text + _parts(found, threshold)


def _named(rows: list[Effect]) -> str:
    parts = [
        f"{r.name} ({number(_HUNDRED * r.size)} points over its range)" for r in rows if r.size
    ]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _parts(found: Carried, threshold: int) -> str:
    """Return what the shares of the variance say.

    A total index holds what a factor does together with luck, so that a factor that does nothing
    has one too; only what it explains by itself tells it from nought.
    """
    rows = found.indices.get(f"difference_{threshold}", ())
    real = sorted((r for r in rows if r.name != LUCK), key=lambda r: (-r.first, r.name))
    luck = next((r for r in rows if r.name == LUCK), None)
    if not real or luck is None:
        return ""
    clear = [r for r in real if r.first_low > 0]
    text = f"With {len(real)} factors varied and all else at base, luck has a part in "
    text += _span(luck.total, luck.total_low, luck.total_high)
    if not clear:
        return text + " of the variance; no factor by itself explains a share told from nought."
    told = ", ".join(f"{r.name} {_span(r.first, r.first_low, r.first_high)}" for r in clear[:3])
    return f"{text} of the variance; by itself explains: {told}."


def _span(value: float, low: float, high: float) -> str:
    return f"{share(max(0.0, value))} ({_pair(low, high)})"


def _pair(low: float, high: float) -> str:
    return f"{number(_HUNDRED * low)} to {number(_HUNDRED * high)}"


def _screening(found: Carried, threshold: int, markdown: bool) -> Iterator[str]:
    """Yield Morris's effects of the foremost factors and of luck."""
    change = found.effects[f"difference_{threshold}"]
    risk = {row.name: row for row in found.effects[f"risk_{threshold}"]}
    ranked = sorted((r for r in change if r.name != LUCK), key=lambda r: (-r.size, r.name))
    luck = [r for r in change if r.name == LUCK]
    head = (
        "factor", "low", "base", "high", "μ* of the change (95 %)", "μ", "σ",
        "μ* of the risk without",
    )  # fmt: skip
    rows = []
    for row in [*(r for r in ranked[:_SHOWN] if r.size > 0), *luck]:
        factor = found.factor(row.name)
        ends = (factor.low, factor.base, factor.high)
        told = ("", "", "") if factor.is_luck else tuple(factor.text(end) for end in ends)
        rows.append(
            (
                row.name, *told, f"{_p(row.size)} ({_p(row.low)} to {_p(row.high)})",
                _p(row.mean), _p(row.spread), _p(risk[row.name].size),
            )
        )  # fmt: skip
    yield from table_lines(head, rows, markdown)


def _variance(found: Carried, threshold: int, markdown: bool) -> Iterator[str]:
    """Yield Sobol's indices."""
    both = [found.indices[f"{what}_{threshold}"] for what in ("difference", "risk")]
    if not any(both):
        return
    names = [row.name for row in next(rows for rows in both if rows)]
    columns = [dict(zip(names, map(_index, rows), strict=False)) for rows in both]
    yield from table_lines(
        ("factor", "change: total", "first", "risk without: total", "first"),
        [
            (name, *(cell for column in columns for cell in column.get(name, ("same", "same"))))
            for name in names
        ],
        markdown,
    )


def _index(row: Index) -> tuple[str, str]:
    return (
        f"{row.total:.2f} ({row.total_low:.2f} to {row.total_high:.2f})",
        f"{row.first:.2f} ({row.first_low:.2f} to {row.first_high:.2f})",
    )


def _p(value: float) -> str:
    return number(_HUNDRED * value)


def caution(found: Carried) -> str:
    """Return how far effects and indices may be trusted."""
    return (
        "Effects are percentage points over a factor's whole range, by Morris's paths with all "
        "other factors anywhere in theirs; indices are shares of the variance while the factors "
        "named vary and all others stay at base (Sobol), and a total holds what a factor does "
        "together with luck. Every point lives through the same worlds, so the noise of finitely "
        "many worlds is shared by all points and does not show as scatter between them. Luck is a "
        "factor that only chooses other worlds: what lies below it may be noise. Ranges are "
        "judgements; a wider range makes a factor matter more."
    )
