"""Draws have addresses: every piece of luck depends on who it befalls, never on when it is drawn.

``u(decision, who)`` is a uniform in (0, 1) that is a function of the seed, the world number, the
decision and the identity of what is decided about. Two arms that face the same decision in the
same world therefore meet the same luck, whatever else differs between them. The generator is
counter-based: splitmix64's finaliser (Steele, Lea & Flood 2014) over a keyed identity, in whole
64-bit arithmetic, so that the scalar and the array form give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from hashlib import blake2b
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

SCHEME: Final = 1
"""Version of the addressing scheme; it is part of every key, so a change moves all luck at once."""

GOLDEN: Final = 0x9E3779B97F4A7C15
_MASK: Final = 0xFFFFFFFFFFFFFFFF
_MIX_1: Final = 0xBF58476D1CE4E5B9
_MIX_2: Final = 0x94D049BB133111EB
_SCALE: Final = 2.0**-52
_MULTIPLY_1, _MULTIPLY_2 = np.uint64(_MIX_1), np.uint64(_MIX_2)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)
_TOP: Final = np.uint64(12)
_GOLDEN_WORD: Final = np.uint64(GOLDEN)

U64 = NDArray[np.uint64]
F64 = NDArray[np.float64]


class Decision(Enum):
    """What a draw decides. The value is the name in the key: renaming one moves its luck."""

    __hash__ = object.__hash__  # each is one object; an enum's own hash is a call in Python

    PHASE = "phase"  # where in its period a unit's schedule begins
    JITTER = "jitter"  # how far a sortie leaves its slot
    MARK = "mark"  # activity at which a candidate sortie or strike takes place
    START_LEG = "start_leg"  # where on its racetrack a sortie begins
    WAYPOINT_TRIANGLE = "waypoint_triangle"  # which triangle of the area a waypoint falls in
    WAYPOINT_ALONG = "waypoint_along"  # first coordinate inside the triangle
    WAYPOINT_ACROSS = "waypoint_across"  # second coordinate inside the triangle
    SCRAMBLE = "scramble"  # whether an interceptor is launched at what was detected
    SCRAMBLE_DELAY = "scramble_delay"  # minutes from detection to launch
    SALVO_COUNT = "salvo_count"  # how many salvos fall in a day cell
    SALVO_TIME = "salvo_time"  # when in the day cell a salvo falls
    SALVO_SIZE = "salvo_size"  # how many weapons it has
    STRAY = "stray"  # whether a weapon of a salvo, or a defender's, strays across a border
    STRAY_WHOSE = "stray_whose"  # whether the stray is the attacker's or the defender's
    STRAY_TIME = "stray_time"  # minutes from the salvo to the stray
    NEAR_SITE = "near_site"  # whether a salvo falls near a critical site
    OUTAGE_STATE = "outage_state"  # whether a channel is up when the period begins
    OUTAGE_SPELL = "outage_spell"  # length of an up or down spell
    GIVEN_TIME = "given_time"  # when the given incident takes place
    NOTEWORTHY = "noteworthy"  # whether a contact is worth anyone's noting
    SEVERITY_CLASS = "severity_class"  # routine, serious or high-risk
    SEVERITY = "severity"  # how severe within the class
    VICTIM = "victim"  # which side of the contact is the victim
    CAUSE = "cause"  # the true cause of an incident
    FORCE = "force"  # whether a hostile incident is force rather than display
    KIND = "kind"  # which kind of incident it was
    DURATION = "duration"  # how long the incident lasts
    BLAME = "blame"  # whom the victim blames for a third party's act
    HEED = "heed"  # whether notice separates two units
    SPARED = "spared"  # whether notice that did not separate still keeps things from going wrong
    NOTIFY = "notify"  # whether a side gives notice of a sortie
    HEED_STOP = "heed_stop"  # whether a message stops a long incident
    LOCAL = "local"  # whether the local commander engages an intruder
    LOCAL_DELAY = "local_delay"  # minutes until the local commander acts
    CLOCK = "clock"  # time a side has before it must answer
    THEATRE_CLOCK = "theatre_clock"  # the same for the theatre commander
    REPORT_DELAY = "report_delay"  # when an investigation reports
    REPORT_RIGHT = "report_right"  # whether it names the true cause
    REPORT_WRONG = "report_wrong"  # which wrong cause it names otherwise
    KNOWLEDGE = "knowledge"  # whether the sender's officer knows what happened
    HONESTY = "honesty"  # whether the sender tells the truth
    CONTENT = "content"  # what it says
    ACT = "act"  # noise of one act on offer
    CONSENT = "consent"  # noise of the bloc leader's own choice
    WILLING = "willing"  # whether a side calls about a case, or a strike, on a channel
    PROPOSE_HALT = "propose_halt"  # whether a side proposes a halt in an exchange
    AUTHORISE = "authorise"  # delay until the call is allowed
    CONSULT = "consult"  # delay of consulting an actor the channel merely covers
    ANSWERED = "answered"  # whether an attempt is picked up
    ANSWER = "answer"  # delay until it is
    RIGHT_PERSON = "right_person"  # whether the one who answers is the right one
    HUNT = "hunt"  # minutes lost looking for the right one
    TALK = "talk"  # length of the conversation
    RELAY = "relay"  # delay from the conversation to the decision maker
    BACKFIRE = "backfire"  # whether a call makes things worse by itself
    WAIT = "wait"  # whether a pending call holds the clock
    PARAMETER_SET = "parameter_set"  # which accepted parameter set a world is lived under


def mix(z: int) -> int:
    """Scramble 64 bits (splitmix64's finaliser); a bijection on [0, 2⁶⁴)."""
    z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
    z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
    return z ^ (z >> 31)


def mixes(z: U64) -> U64:
    """Scramble an array of 64-bit words exactly as :func:`mix` scrambles one."""
    z = z ^ (z >> _SHIFT_1)  # a new array; from here on in place, which halves the time
    z *= _MULTIPLY_1
    z ^= z >> _SHIFT_2
    z *= _MULTIPLY_2
    z ^= z >> _SHIFT_3
    return z


def key(seed: int, world: int, decision: Decision) -> int:
    """Return the 64-bit key under which one world draws one decision."""
    text = f"{SCHEME}|{seed}|{world}|{decision.value}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def root(text: str) -> int:
    """Return the identity of something named in the scenario, from its canonical text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def child(parent: int, *values: int) -> int:
    """Return the identity of a part of ``parent``; the order of ``values`` matters."""
    h = parent
    for value in values:
        h = mix((mix((h + GOLDEN) & _MASK) + value) & _MASK)
    return h


def children(parent: U64, *values: U64) -> U64:
    """Return :func:`child` of whole arrays; arguments broadcast against each other."""
    h = parent
    for value in values:
        h = mixes(mixes(h + _GOLDEN_WORD) + value)
    return h


def numbered(parent: U64, row: NDArray[np.int64], number: U64) -> U64:
    """Return ``children(parent[row], number)``, scrambling each parent only once."""
    who = mixes(parent + _GOLDEN_WORD)[row]
    who += number
    return mixes(who)


def uniform(k: int, who: int) -> float:
    """Return the uniform in (0, 1) that key ``k`` holds for identity ``who``.

    52 bits and a half, because 53 bits and a half can round to 1.
    """
    z = mix(((mix((k + who) & _MASK) ^ k) + GOLDEN) & _MASK)
    return ((z >> 12) + 0.5) * _SCALE


def uniforms(k: int | U64, who: U64) -> F64:
    """Return :func:`uniform` for an array of identities, with the same bits.

    ``k`` is one key, or one for each identity.
    """
    word = np.asarray(k, dtype=np.uint64)
    z = mixes(who + word)
    z ^= word
    z += _GOLDEN_WORD
    z = mixes(z)
    z >>= _TOP
    result: F64 = z.astype(np.float64)
    result += 0.5
    result *= _SCALE
    return result


_QUANTILE = NormalDist().inv_cdf


def normal(u: float) -> float:
    """Return the standard normal quantile of ``u`` (Wichura 1988, algorithm AS 241)."""
    return _QUANTILE(u)


def _ratio(r: F64, over: tuple[float, ...], under: tuple[float, ...], times: F64 | float) -> F64:
    """Evaluate ``over(r) * times / under(r)`` by Horner's rule, in the order AS 241 states."""
    top, bottom = np.full_like(r, over[0]), np.full_like(r, under[0])
    for value, coefficients in ((top, over[1:]), (bottom, under[1:])):
        for coefficient in coefficients:
            value *= r
            value += coefficient
    result: F64 = top * times / bottom
    return result


# Coefficients of AS 241 (PPND16), highest power first.
_CENTRE = (
    (
        2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
        4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
        1.3314166789178437745e2, 3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
        2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
        4.2313330701600911252e1, 1.0,
    ),
)  # fmt: skip
_SHOULDER = (
    (
        7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
        1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
        4.63033784615654529590e0, 1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
        1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
        2.05319162663775882187e0, 1.0,
    ),
)  # fmt: skip
_TAIL = (
    (
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
        2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
        5.46378491116411436990e0, 6.65790464350110377720e0,
    ),
    (
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
        7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
        5.99832206555887937690e-1, 1.0,
    ),
)  # fmt: skip


def normals(u: F64) -> F64:
    """Return :func:`normal` of an array, by the same formula in the same order.

    ``numpy.log`` may differ from ``math.log`` in the last bit, so the two tails take the
    logarithm value by value; everything else is exact arithmetic in either form.
    """
    q = u - 0.5
    near = np.abs(q) <= 0.425
    r_near = 0.180625 - q * q
    result = _ratio(np.where(near, r_near, 0.0), *_CENTRE, q)
    far = np.flatnonzero(~near)
    if far.size:
        tail = np.minimum(u[far], 1.0 - u[far])
        r = np.sqrt(-np.array(list(map(math.log, tail.tolist()))))
        shoulder = _ratio(r - 1.6, *_SHOULDER, 1.0)
        size = (
            np.where(r <= 5.0, shoulder, _ratio(r - 5.0, *_TAIL, 1.0))
            if r.max() > 5.0
            else shoulder
        )
        result[far] = np.where(q[far] < 0.0, -size, size)
    return result


class Luck:
    """All draws of one world, looked up by decision and identity.

    Keys are made once per world and decision, on first use, and carry no history: asking twice
    gives the same answer.
    """

    __slots__ = ("_keys", "seed", "world")

    def __init__(self, seed: int, world: int) -> None:
        self.seed = seed
        self.world = world
        self._keys: dict[Decision, int] = {}

    def key(self, decision: Decision) -> int:
        """Return this world's key for a decision."""
        found = self._keys.get(decision)
        if found is None:
            found = self._keys[decision] = key(self.seed, self.world, decision)
        return found

    def u(self, decision: Decision, who: int) -> float:
        """Return the uniform of one decision about one identity."""
        return uniform(self.key(decision), who)

    def us(self, decision: Decision, who: U64) -> F64:
        """Return the uniforms of one decision about an array of identities."""
        return uniforms(self.key(decision), who)


class Lucks:
    """The luck of several worlds side by side, looked up for all of them in one go."""

    __slots__ = ("_keys", "count", "each")

    def __init__(self, each: Sequence[Luck]) -> None:
        self.each = tuple(each)
        self.count = len(self.each)
        self._keys: dict[Decision, U64] = {}

    def us(self, decision: Decision, who: U64, of: NDArray[np.int64]) -> F64:
        """Return the uniforms of one decision, each identity in the world that ``of`` numbers.

        ``who`` and ``of``, which counts the worlds in the order given, broadcast together.
        """
        if self.count == 1:
            return self.each[0].us(decision, who)
        if decision not in self._keys:
            self._keys[decision] = np.array([one.key(decision) for one in self.each], np.uint64)
        return uniforms(self._keys[decision][of], who)
