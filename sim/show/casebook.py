"""The cases of one or two histories of a world, gathered from their records for telling."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.crisis import History
from sim.records import NEVER, Acted, Called, Clocked, Happened, Messaged, Origin


@dataclass(slots=True)
class CaseStory:
    """What the records of one history say about one case."""

    identity: int
    opened: int
    root: int
    victim: int
    blamed: int
    clocks: list[Clocked] = field(default_factory=list)
    incidents: list[Happened] = field(default_factory=list)
    acts: list[Acted] = field(default_factory=list)
    messages: list[Messaged] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)

    @property
    def worst(self) -> Happened | None:
        """The gravest incident of the case, the first of several; None if none is on record."""
        return max(self.incidents, key=lambda incident: incident.severity, default=None)

    @property
    def cause(self) -> int:
        """The true cause of the case, that of its worst incident; -1 if none is on record."""
        return -1 if self.worst is None else self.worst.cause

    @property
    def is_reply(self) -> bool:
        """Whether the case was made by the other side's act."""
        return bool(self.incidents) and self.incidents[0].origin == Origin.ACT

    def deadline(self, time: int) -> int:
        """Return when the clock, as it stood at ``time``, runs out; -1 without a clock."""
        found = [clock.deadline for clock in self.clocks if clock.time <= time]
        return found[-1] if found else NEVER

    @property
    def answered(self) -> int:
        """When the capital answered, -1 if it did not."""
        return next((act.time for act in self.acts if not act.theatre), NEVER)


def cases_of(history: History) -> dict[int, CaseStory]:
    """Return the cases of a history by identity, in the order in which they were opened."""
    found: dict[int, CaseStory] = {}
    for record in history.records:
        if isinstance(record, Clocked):
            story = found.get(record.case)
            if story is None:
                story = found[record.case] = CaseStory(
                    record.case, record.time, record.root, record.victim, record.blamed
                )
            story.clocks.append(record)
        elif isinstance(record, Happened | Acted | Messaged | Called) and record.case in found:
            _file(found[record.case], record)
    return found


def _file(story: CaseStory, record: Happened | Acted | Messaged | Called) -> None:
    """Put a record with its case."""
    if isinstance(record, Happened):
        story.incidents.append(record)
    elif isinstance(record, Acted):
        story.acts.append(record)
    elif isinstance(record, Messaged):
        story.messages.append(record)
    else:
        story.calls.append(record)


def numbered(*histories: History) -> dict[int, int]:
    """Return a number for every case of the histories, from 1, in order of opening.

    Histories of a pair are numbered together, so that a case has one number in both.
    """
    opened: dict[int, int] = {}
    for history in histories:
        for identity, story in cases_of(history).items():
            opened[identity] = min(opened.get(identity, story.opened), story.opened)
    order = sorted(opened, key=lambda identity: (opened[identity], identity))
    return {identity: number for number, identity in enumerate(order, start=1)}
