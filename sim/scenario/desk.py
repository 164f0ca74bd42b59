"""Where complaints about a file come in, get their place in it and are kept once each."""

from __future__ import annotations

from collections.abc import Iterable

from sim.errors import Problem
from sim.scenario.arms import CARD, places_in_arm
from sim.scenario.complaints import MISSING, NO_NAME, Complaint, value_at
from sim.scenario.filling import mapping
from sim.scenario.places import Places, Reading, Steps, path_text, shown


class Desk:
    """Where complaints come in, get their place in the file and are kept once each."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.problems = list(reading.problems)
        self._refused = {(problem.line, problem.column) for problem in reading.problems}
        self._seen: set[tuple[int, int, str, str]] = set()
        self._base: set[tuple[Steps, str]] = set()

    def take(self, complaints: Iterable[Complaint], arm: str | None = None) -> None:
        """Note complaints about the scenario, or about it under one arm.

        What is wrong without the arm is not said again of each arm.
        """
        for complaint in complaints:
            if arm is None:
                self._base.add((complaint.path, complaint.rule))
                self._note(complaint)
            elif (complaint.path, complaint.rule) not in self._base:
                self._note(self._in_arm(complaint, arm))

    def _in_arm(self, complaint: Complaint, arm: str) -> Complaint:
        """Move a complaint to where the arm's patch writes the value, or to the arm's card."""
        places, top = self.reading.places, ("arms", arm)
        found = max(places_in_arm(arm, complaint.path), key=places.depth)
        if complaint.path[:1] == ("arms",):
            return complaint
        if places.depth(found) > len(top):
            return complaint._replace(path=found)
        if CARD in mapping(self.reading.values, *top):
            rule = f"does not fit: {path_text(complaint.path)}: {complaint.rule}"
            return Complaint((*top, CARD), rule, complaint.hint, warning=complaint.warning)
        return complaint._replace(rule=f'under the arm "{arm}", {complaint.rule}')

    def _note(self, complaint: Complaint) -> None:
        places: Places = self.reading.places
        line, column = places.of(complaint.path, complaint.key or complaint.block)
        path = self._named(complaint.path)
        if (line, column) in self._refused or (line, column, path, complaint.rule) in self._seen:
            return
        if complaint.rule == NO_NAME and any(path == told for _, _, told, _ in self._seen):
            return  # a reference to nothing says more
        self._seen.add((line, column, path, complaint.rule))
        self.problems.append(
            Problem(
                self.reading.file, line, column, path, self._value(complaint), complaint.rule,
                complaint.hint, complaint.warning,
            )
        )  # fmt: skip

    def _named(self, path: Steps) -> str:
        """Return a path with the id of a row in place of its number."""
        steps: list[str | int] = []
        for at, step in enumerate(path):
            row = value_at(self.reading.values, path[: at + 1]) if isinstance(step, int) else None
            name = row.get("id") if isinstance(row, dict) else None
            steps.append(step)
            if isinstance(name, str) and 0 < len(name) <= 40:
                steps[-1] = f"[{name}]"
        return path_text(tuple(steps)).replace(".[", "[")

    def _value(self, complaint: Complaint) -> str:
        if complaint.key:
            return str(complaint.path[-1])[:60]
        value = value_at(self.reading.values, complaint.path)
        if complaint.block or value is MISSING:
            return ""
        text = shown(value)
        return "" if isinstance(value, (dict, list)) and text.endswith("...") else text

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep the scenario from being run."""
        return [problem for problem in self.problems if not problem.warning]
