"""Comparing: worlds lived through under every arm, kept as they come, until there are enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sim.errors import DeconflictError, RunError
from sim.scenario import Scenario
from sim.study import folder as results
from sim.study.asked import check_given, chosen_arms
from sim.study.comparison import Comparison, prefix_of
from sim.study.ensemble import Chunk, Job, chunk_for
from sim.study.interrupts import Interrupts
from sim.study.parameter_sets import ParameterSet
from sim.study.rows import Rows
from sim.study.run_folder import RunFolder, claimed, gone_on_with
from sim.study.running import Hands, gathered, judged
from sim.study.until import MOST, Enough, Until
from sim.world import prepare

SOON: Final = 20_000
"""Worlds by which a run that goes on until something is known cuts its work: it may end early."""

WORLDS: Final = 1000
"""Worlds of a comparison where nobody says otherwise."""


def compare(
    scenario: Scenario,
    *,
    worlds: int | None = None,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    given: str | None = None,
    workers: Hands = 1,
    out: str | Path | None = None,
    force: bool = False,
    keep_records: bool = False,
    progress: Callable[[int], None] | None = None,
    sets: Sequence[ParameterSet] = (),
    resume: bool = False,
    until: Until | None = None,
) -> Comparison:
    """Live ``worlds`` worlds, by default 1,000, through under every arm and compare.

    ``given`` places one grave incident of a kind, or names an inject to follow. With ``out`` the
    rows, the summary and a manifest are written into that folder, which must not hold anything,
    or with ``force`` no more than an earlier result; ``keep_records`` keeps every record there
    too. With ``sets`` each world is lived under one of these. An interrupt ends the run early: the
    result tells what was finished, and is not complete. ``resume`` goes on with what lies in
    ``out``, which must have been begun in the same way. With ``until`` it ends, complete, as soon
    as that is known, and ``worlds``, by default 1,000,000, are the most there may be. Raises
    RunError for what cannot be run and ResultsError for what cannot be written.
    """
    if worlds is None:
        worlds = WORLDS if until is None else MOST
    if worlds < 1:
        raise RunError(f"worlds: must be at least 1 (got {worlds})")
    if keep_records and out is None:
        raise RunError("keep_records: records are kept in a result folder; name one with out")
    names = chosen_arms(scenario, arms)
    check_given(scenario, given)
    prepare(scenario)  # what is wrong with a scenario must be said before a folder is claimed
    if resume and out is None:
        raise RunError("resume: name the folder to go on with by out")
    size = chunk_for(worlds if until is None else min(worlds, SOON))
    job = Job(scenario, seed, names, given, keep_records, tuple(sets), chunk=size)
    stop = Interrupts()
    with stop.counted():
        folder = None
        if out is not None:
            told = results.manifest(
                scenario, names, seed, worlds, given, workers, job.sets, keep_records
            )
            told |= {"until": until.text} if until is not None else {}
            path = Path(out)
            folder = gone_on_with(path, told) if resume else RunFolder(claimed(path, force), told)
        found, trouble = _lived(job, worlds, workers, folder, progress, stop, until)
        if folder is not None:
            _keep(folder, found, trouble)
    if trouble is not None:
        raise trouble
    if found.complete and stop.interrupted:  # what was asked for stands, but no more shall follow
        raise KeyboardInterrupt
    return found


def _lived(
    job: Job,
    worlds: int,
    workers: Hands,
    folder: RunFolder | None,
    progress: Callable[[int], None] | None,
    stop: Interrupts,
    until: Until | None,
) -> tuple[Comparison, DeconflictError | None]:
    """Live through the worlds; return what was finished and what went wrong, if anything did."""
    enough = Enough(until, job.arms, prefix_of(job.given))

    def done(chunk: Chunk) -> None:
        count = chunk.count
        if enough.needs(chunk) and folder is not None:
            folder.add(chunk)
        if enough.at is not None:
            stop.call_off()
        if progress is not None:
            progress(count)

    if folder is None:
        all_of_it = gathered(job, worlds, workers, done, stop)
        chunks = [chunk for chunk in all_of_it.chunks if enough.covers(chunk.first)]
        rows = Rows(results.histories_table(job.arms, chunks), job.arms)
        failures = tuple(failure for chunk in chunks for failure in chunk.failures)
    else:
        batches = folder.batches
        for chunk in batches.chunks(enough.names) if until is not None else ():
            enough.needs(chunk)
        rest = batches.missing(worlds, job.chunk) if enough.at is None else []
        if progress is not None and (there := worlds - sum(count for _, count in rest)):
            progress(there)
        all_of_it = gathered(job, rest, workers, done, stop, held=False)
        batches.keep(enough.covers)
        rows, failures = folder.rows(enough.at or worlds), batches.failures()
    complete = all_of_it.complete or enough.at is not None
    all_of_it = judged(all_of_it._replace(complete=complete), failures, rows.worlds)
    found = Comparison(
        job.scenario, job.arms, job.seed, enough.at or worlds, job.given, rows, failures, complete,
        sets=job.sets, until=until,
    )  # fmt: skip
    return found, all_of_it.trouble


def _keep(folder: RunFolder, found: Comparison, trouble: DeconflictError | None) -> None:
    """Write what a run has found into its folder; without a world there is only the manifest."""
    reason = None
    if trouble is not None or not found.complete:
        reason = str(trouble or "interrupted")
    summary = found.summary() if found.worlds else None
    folder.told["worlds_asked"] = found.asked  # where enough was known, just these
    folder.close(found.worlds, summary, found.failures, reason)
