"""The arithmetic of a crisis: pure functions of numbers, one idea each.

No strings, no objects, nothing but ``math``: these functions can be compiled as they stand. The
equations are told in model 7.7 to 7.16.
"""

from __future__ import annotations

import math

Belief = tuple[float, float, float, float]
"""Probabilities, or log-likelihoods, over accident, assertive, hostile and not theirs."""


def lognormal_ms(median: float, sigma: float, z: float) -> int:
    """Return a lognormal delay in whole milliseconds, from its normal quantile ``z``."""
    return math.floor(median * math.exp(sigma * z) + 0.5)


def exponential_ms(mean: float, u: float) -> int:
    """Return an exponential delay in whole milliseconds; it grows with ``u``."""
    return math.floor(-mean * math.log1p(-u) + 0.5)


def decayed(value: float, elapsed: int, half_life: float) -> float:
    """Return what is left of ``value`` after ``elapsed`` milliseconds."""
    return value * math.exp(-math.log(2) * elapsed / half_life)


def saturated(tension: float) -> float:
    """Return tension's weight in judgement, from 0 to 1."""
    return tension / (1 + tension)


def activity(rung: int, per_rung: float, boldness: float, paused: float) -> float:
    """Return a bloc's activity relative to peacetime."""
    return boldness * (1 + per_rung * rung) * (1 - paused)


def severity_class(u: float, serious: float, high_risk: float, shift: float, rung: int) -> int:
    """Return 0 routine, 1 serious or 2 high-risk; the two graver shares grow with the rung.

    The gravest outcomes take the smallest ``u``, so that a higher rung only makes graver.
    """
    growth = 1 + shift * rung
    grave = min(1.0, high_risk * growth)
    if u < grave:
        return 2
    return 1 if u < min(1.0, grave + serious * growth) else 0


def severity(u: float, low: float, high: float) -> float:
    """Return a severity drawn evenly between two ends."""
    return low + u * (high - low)


def cause(u: float, hostile: float, assertive: float, not_theirs: float) -> int:
    """Return the true cause; hostile takes the smallest ``u``, so a larger share only adds."""
    if u < hostile:
        return 2
    if u > 1 - not_theirs:
        return _NOT_THEIRS
    return 1 if u < min(hostile + assertive, 1 - not_theirs) else 0


def hostile_share(base: float, exposure: float, invitation: float, unanswered: float) -> float:
    """Return the chance of hostility after exposure and unanswered hostile acts."""
    return min(1.0, base * exposure * math.exp(invitation * unanswered))


def joined_severity(product: float, worst: float, room: float) -> float:
    """Return a case's severity: 1 - Π(1 - s), at most ``room`` above the worst incident's.

    ``product`` is Π(1 - s) over its incidents.
    """
    return min(1 - product, worst + room)


def clock_ms(
    median: float, per_severity: float, per_rung: float, sigma: float, s: float, rung: int, z: float
) -> int:
    """Return the time a side has to answer a case of severity ``s``, in milliseconds."""
    centre = median * math.exp(-per_severity * s) / (1 + per_rung * rung)
    return lognormal_ms(centre, sigma, z)


def report_evidence(named: int, accuracy: float) -> Belief:
    """Return the log-likelihood of each cause when an investigation of this accuracy names one."""
    right = math.log(max(accuracy, _LEAST))
    wrong = math.log(max((1 - accuracy) / _WRONG_CAUSES, _LEAST))
    return (
        right if named == 0 else wrong,
        right if named == 1 else wrong,
        right if named == 2 else wrong,
        right if named == _NOT_THEIRS else wrong,
    )


_NOT_THEIRS = 3
_WRONG_CAUSES = 3
_LEAST = 1e-12
"""Below this a likelihood is taken for impossible, so that no logarithm is infinite."""


def message_evidence(honest: Belief, deceitful: Belief, credibility: float) -> Belief:
    """Return each cause's log-likelihood of a message from a sender so credible."""
    c = credibility
    d = 1 - credibility
    return (
        math.log(max(c * honest[0] + d * deceitful[0], _LEAST)),
        math.log(max(c * honest[1] + d * deceitful[1], _LEAST)),
        math.log(max(c * honest[2] + d * deceitful[2], _LEAST)),
        math.log(max(c * honest[_NOT_THEIRS] + d * deceitful[_NOT_THEIRS], _LEAST)),
    )


def belief(
    suspicion: Belief, tension_weight: float, rung_weight: float, evidence: Belief
) -> Belief:
    """Return the belief over causes from suspicion, the mood of the crisis and the evidence."""
    a = suspicion[0] * math.exp(evidence[0])
    b = suspicion[1] * math.exp(evidence[1])
    c = suspicion[2] * math.exp(evidence[2] + tension_weight + rung_weight)
    d = suspicion[_NOT_THEIRS] * math.exp(evidence[_NOT_THEIRS])
    total = a + b + c + d
    if total <= 0:
        return suspicion
    return (a / total, b / total, c / total, d / total)


def falsehood(p: Belief, honest: Belief, deceitful: Belief, credibility: float) -> float:
    """Return the chance that a message was deceitful, given the belief ``p`` after a report."""
    c = credibility
    result = 0.0
    for h in range(len(p)):
        lie = (1 - c) * deceitful[h]
        both = c * honest[h] + lie
        if both > 0:
            result += p[h] * lie / both
    return result


def credibility(a: float, b: float, weight: float, low: float, high: float) -> float:
    """Return how far a side is believed on a channel of this weight."""
    return min(high, max(low, weight * a / (a + b)))


def wanted(
    resolve: float, s: float, p: Belief, cost: Belief, grievance: float, tension_weight: float
) -> float:
    """Return the intensity a side would answer with, x*, before any halt."""
    deserved = cost[0] * p[0] + cost[1] * p[1] + cost[2] * p[2] + cost[_NOT_THEIRS] * p[_NOT_THEIRS]
    return min(1.0, resolve * s * deserved * (1 + grievance * tension_weight))


def utility(x: float, want: float, fear: float, force: bool, jump: float) -> float:
    """Return the utility of an act of intensity ``x`` to a side that wants ``want``."""
    return -((x - want) ** 2 + fear * x * x + (jump if force else 0.0))


def gumbel(u: float) -> float:
    """Return standard Gumbel noise from a uniform."""
    return -math.log(-math.log(u))


def crisis_rung(first: int, second: int, force: int, majors: bool) -> int:
    """Return the rung of the crisis from the levels of the two blocs.

    5 once both have used force that is not forgotten, 6 once both have used major force.
    """
    if first >= force and second >= force:
        return force + 2 if majors else force + 1
    return max(first, second)


def whole(x: float) -> int:
    """Return a duration as whole milliseconds."""
    return math.floor(x + 0.5)


def log_ratio(a: float, b: float) -> float:
    """Return the logarithm of a ratio of two positive numbers."""
    return math.log(a / b)


def reweighted(count: float, before: float, after: float) -> float:
    """Return a count of (dis)belief whose prior part changes from ``before`` to ``after``.

    What revelations added to the prior stays; a count below its prior, told by the scenario as a
    share, keeps its proportion to the prior.
    """
    if count >= before:
        return after + (count - before)
    return after * count / before


def each_of_two(chance: float) -> float:
    """Return the chance each of two sides has, so that either acts with ``chance``."""
    return 1 - math.sqrt(1 - chance)
