"""Strikes and what strays from them.

Salvos at random are laid down day by day: how many fall in a day is one draw through the inverse
Poisson distribution, so that a higher rate only adds salvos and moves none. Two layers of them
leave room for a rate above the base: the base layer's marks lie in (0, 1], the extra layer's above,
and a salvo takes place if its mark is at most the factor in force.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from sim.draws import F64, U64, Decision, Luck, child, children, root
from sim.scenario.models import Strikes
from sim.scenario.quantities import DAY, HOUR
from sim.world.geography import I64
from sim.world.tables import pick, spread, stack, unsigned
from sim.world.theatre import Neighbour, Theatre, neighbours

MOST: Final = 1.1
"""Factor on the strike rate up to which salvos are laid down: the most that ``concern_factor`` may
be."""

STRAYS_MOST: Final = 3
"""Strays of one kind of weapon that one salvo can make; more than one is already rare."""

STRAY_WITHIN: Final = HOUR
"""Time in ms from a salvo within which its strays come down. Judgement: an hour for a drone."""

KM: Final = 1_000.0

MEANS: Final = 256
"""Poisson distributions kept, by their means: each row of strikes has a few in all its worlds."""

_MISSILES, _DRONES = 0, 1  # suffixes of the weapon groups
_WHERE, _GRAVE = 0, 1  # suffixes of a stray's further draws
_BASE, _EXTRA = "", "|extra"


class Salvo(NamedTuple):
    """A salvo; ``entry`` is a row of the theatre's strikes, ``mark`` the factor it needs."""

    identity: int
    time: int
    entry: int
    actor: int
    site: str
    missiles: int
    drones: int
    mark: float
    near_site: bool
    critical: bool
    x: int
    y: int


class Stray(NamedTuple):
    """A weapon that came down in ``victim``'s land; ``salvo`` is a row, ``by`` whose weapon it was,
    ``attacker`` whose salvo."""

    identity: int
    time: int
    salvo: int
    victim: int
    by: int
    attacker: int
    drone: bool
    grave: bool
    x: int
    y: int


@lru_cache(maxsize=MEANS)
def poisson_table(mean: float) -> F64:
    """Return the cumulative Poisson distribution, up to where its terms no longer add."""
    term = total = math.exp(-mean)
    table = [total]
    while total < 1 and (len(table) <= mean or total + term > total):
        term *= mean / len(table)
        total += term
        table.append(total)
    made = np.array(table)
    made.flags.writeable = False
    return made


def poissons(mean: float, u: F64) -> I64:
    """Return Poisson numbers by the inverse of their distribution; rising with ``u`` and mean."""
    return np.searchsorted(poisson_table(mean), u, side="left")


def roots(theatre: Theatre) -> tuple[str, ...]:
    """Return the canonical text of each row of strikes: its name, else who strikes what.

    Rows that say the same are numbered in the theatre's order.
    """
    texts = [f"strikes|{each.id or f'{each.actor}|{each.into}'}" for each in theatre.strikes]
    return tuple(
        text if texts.index(text) == at else f"{text}|{texts[:at].count(text) + 1}"
        for at, text in enumerate(texts)
    )


class _Fall(NamedTuple):
    """When the salvos of one row of strikes fall, with their identities and marks."""

    identity: U64
    time: I64
    mark: F64


def _at_random(theatre: Theatre, luck: Luck, text: str, every: int, above: float) -> _Fall:
    """Return one layer of salvos; ``above`` 0 is the base layer, 1 the one beyond it."""
    who = np.array([root(text)], dtype=np.uint64)
    cells = np.arange(theatre.start_ms // DAY, -(-theatre.horizon_ms // DAY))
    cell = children(who, unsigned(cells))
    rate = (DAY / every) * ((MOST - 1) if above else 1)
    count = poissons(rate, luck.us(Decision.SALVO_COUNT, cell))
    which, number = spread(count)
    identity = children(cell[which], unsigned(number))
    within = np.floor(luck.us(Decision.SALVO_TIME, identity) * DAY).astype(np.int64)
    mark = luck.us(Decision.MARK, identity)
    if above:
        mark = 1 + (MOST - 1) * mark
    return _Fall(identity, cells[which] * DAY + within, mark)


def _falls(theatre: Theatre, luck: Luck, text: str, strikes: Strikes) -> _Fall:
    """Return when the salvos of one row of strikes fall within the world's time."""
    if strikes.every is not None:
        layers = [
            _at_random(theatre, luck, text + _BASE, strikes.every, 0),
            _at_random(theatre, luck, text + _EXTRA, strikes.every, 1),
        ]
        fall = stack(layers)
    else:
        times = {theatre.scenario.milliseconds(moment) for moment in strikes.on or ()}
        time = np.array(sorted(times), dtype=np.int64)
        who = np.array([root(text)], dtype=np.uint64)
        fall = _Fall(children(who, unsigned(time)), time, np.zeros(time.size))
    inside = (fall.time >= theatre.start_ms) & (fall.time < theatre.horizon_ms)
    return pick(fall, inside)


def _sizes(luck: Luck, identity: U64, group: int, between: tuple[int, int]) -> list[int]:
    """Return how many weapons of one group each salvo has."""
    low, high = between
    if low == high:
        return [low] * identity.size
    who = children(identity, np.array([group], dtype=np.uint64))
    u = luck.us(Decision.SALVO_SIZE, who)
    return [low + int(x) for x in np.floor(u * (high - low + 1)).tolist()]


def salvos(theatre: Theatre, luck: Luck) -> tuple[Salvo, ...]:
    """Return all salvos of one world, sorted by (time, identity)."""
    found: list[Salvo] = []
    near = theatre.scenario.parameters.near_site
    for entry, (strikes, text) in enumerate(zip(theatre.strikes, roots(theatre), strict=True)):
        fall = _falls(theatre, luck, text, strikes)
        site, actor = theatre.sites[strikes.into], theatre.actor_index[strikes.actor]
        close = (luck.us(Decision.NEAR_SITE, fall.identity) < near) & site.critical
        columns = zip(
            fall.identity.tolist(),
            fall.time.tolist(),
            _sizes(luck, fall.identity, _MISSILES, strikes.missiles.between),
            _sizes(luck, fall.identity, _DRONES, strikes.drones.between),
            fall.mark.tolist(),
            close.tolist(),
            strict=True,
        )
        found.extend(
            Salvo(
                identity, time, entry, actor, strikes.into, missiles, drones, mark, near_site,
                site.critical, site.x, site.y,
            )
            for identity, time, missiles, drones, mark, near_site in columns
        )  # fmt: skip
    return tuple(sorted(found, key=lambda salvo: (salvo.time, salvo.identity)))


class _Around(NamedTuple):
    """Where the strays of one row of strikes may fall, and how readily."""

    neighbours: tuple[Neighbour, ...]
    weights: tuple[float, ...]
    per_weapon: float
    defender: int
    defenders_share: float
    grave: float


def _around(theatre: Theatre, strikes: Strikes) -> _Around:
    """Return the neighbours of a target, weighted by their distance, and the strays per weapon."""
    p = theatre.scenario.parameters
    near = neighbours(theatre, strikes)
    weights = tuple(math.exp(-each.distance / (KM * p.stray_reach)) for each in near)
    owner = theatre.site_owner(strikes.into)
    defended = owner >= 0 and theatre.actors[owner].bloc < 0
    per_weapon = p.stray_attacker + (p.stray_defender if defended else 0.0)
    share = p.stray_defender / per_weapon if defended and per_weapon > 0 else 0.0
    strays = per_weapon * math.fsum(weights)
    return _Around(near, weights, strays, owner, share, p.stray_grave)


def strays(theatre: Theatre, luck: Luck, fallen: tuple[Salvo, ...]) -> tuple[Stray, ...]:
    """Return the weapons that strayed onto a neighbour, sorted by (time, identity)."""
    around = [_around(theatre, strikes) for strikes in theatre.strikes]
    identity = np.array([salvo.identity for salvo in fallen], dtype=np.uint64)
    found = []
    for group in (_MISSILES, _DRONES):
        weapons = [salvo.drones if group else salvo.missiles for salvo in fallen]
        mean = np.array(
            [n * around[salvo.entry].per_weapon for n, salvo in zip(weapons, fallen, strict=True)]
        )
        who = children(identity, np.array([group], dtype=np.uint64))
        u = luck.us(Decision.STRAY, who)
        for row in np.flatnonzero(1 - u < mean).tolist():
            table = poisson_table(float(mean[row]))
            count = min(STRAYS_MOST, int(np.searchsorted(table, u[row], side="left")))
            for k in range(count):
                stray = child(int(who[row]), k)
                found.append(_stray(luck, stray, row, fallen[row], around, group))
    inside = [stray for stray in found if stray.time < theatre.horizon_ms]
    return tuple(sorted(inside, key=lambda stray: (stray.time, stray.identity)))


def _stray(
    luck: Luck, identity: int, row: int, salvo: Salvo, around: list[_Around], group: int
) -> Stray:
    """Return one stray: whose it is, where it falls, when, and whether it kills."""
    about = around[salvo.entry]
    left = luck.u(Decision.STRAY, child(identity, _WHERE)) * math.fsum(about.weights)
    victim = about.neighbours[-1]
    for neighbour, weight in zip(about.neighbours, about.weights, strict=True):
        left -= weight
        if left <= 0:
            victim = neighbour
            break
    defended = luck.u(Decision.STRAY_WHOSE, identity) < about.defenders_share
    grave = luck.u(Decision.STRAY, child(identity, _GRAVE)) < about.grave
    return Stray(
        identity,
        salvo.time + int(luck.u(Decision.STRAY_TIME, identity) * STRAY_WITHIN),
        row,
        victim.actor,
        about.defender if defended else salvo.actor,
        salvo.actor,
        group == _DRONES and not defended,
        grave,
        victim.x,
        victim.y,
    )
