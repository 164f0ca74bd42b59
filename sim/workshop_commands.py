"""The command of the live exercise: workshop, and what is done with its logs."""

from __future__ import annotations

import socket
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.errors import RunError
from sim.terminal import told

_LOCAL = "127.0.0.1"
_VERBS = ("forget", "verify", "export")


def workshop(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A scenario file; or forget, verify or export, followed by the log of a session.",
        ),
    ],
    log_of: Annotated[Path | None, typer.Argument(metavar="LOG", show_default=False)] = None,
    arm: Annotated[str, typer.Option(help="The arm that is played.")] = "as_used_2022",
    world: Annotated[int, typer.Option(help="The world that is played.", min=0)] = 1,
    seed: Annotated[int, typer.Option(help="Seed of all luck.", min=0)] = 2022,
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="When people take over: 2022-11-15T12:00Z."),
    ] = None,
    lapse: Annotated[
        str, typer.Option(help="What holds when a clock runs out: model or absorb.")
    ] = "model",
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The log; NAME.session by default.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a log that is there.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="Address to be reached at; 0.0.0.0 for a room.")
    ] = _LOCAL,
    port: Annotated[int, typer.Option(help="Port.", min=1, max=65535)] = 8470,
) -> None:
    """Run a live exercise: people join from their browsers and take the model's chairs."""
    with told("the session is kept; go on with --resume"):
        if file in _VERBS:
            _with_log(file, log_of)
            return
        place = log or Path(f"{Path(file).stem}.session")
        session = _session(Path(file), place, resume, arm, world, seed, begin, lapse)
        _serve(session, place, host, port)


def _session(
    file: Path, place: Path, resume: bool, arm: str, world: int, seed: int, begin: str | None,
    lapse: str,
) -> Any:  # fmt: skip
    """Return the session of a command, begun or gone on with."""
    _check_installed()
    from sim.scenario import arm_names, load
    from sim.scenario.nearest import suggestion
    from sim.workshop.game import Setup
    from sim.workshop.session import Session

    if resume:
        return Session.resume(place)
    scenario = load(file)
    if arm not in arm_names(scenario):
        raise RunError(f'--arm "{arm}": is no arm of it. {suggestion(arm, arm_names(scenario))}')
    begins = 0 if begin is None else _begins(scenario, begin)
    text = file.read_text(encoding="utf-8")
    return Session.create(place, Setup(text, seed, world, arm, begins, lapse))


def _begins(scenario: Any, text: str) -> int:
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RunError(
            f'--from "{text}": is no time. Write it with its zone, such as 2022-11-15T12:00Z'
        ) from None
    if moment.tzinfo is None:
        raise RunError(f'--from "{text}": says no zone. Write Z at its end for UTC')
    return int(scenario.milliseconds(moment.astimezone(UTC)))


def _check_installed() -> None:
    try:
        import itsdangerous  # noqa: F401
        import segno  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise RunError(
            f"a workshop needs what comes with the extra of that name (no {error.name}): "
            f'pip install "deconflict[workshop]"'
        ) from None


def _serve(session: Any, place: Path, host: str, port: int) -> None:
    """Serve until interrupted; what was said is in the log all the while."""
    import uvicorn

    from sim.workshop.chairs import FACILITATOR
    from sim.workshop.server import Server

    address = f"http://{_reached_at(host)}:{port}"
    code = next(code for code, name in session.codes.items() if name == FACILITATOR)
    typer.echo(f"{session.game.scenario.scenario}")
    typer.echo(f"Facilitator: {address}/join/{code}")
    typer.echo(f"Everybody else: {address} with a join code of theirs, which the facilitator shows")
    typer.echo(f"Log: {place}")
    if host != _LOCAL:
        typer.echo(
            "Anybody on this network who reaches this address can try join codes, and read along "
            "what is sent unencrypted. Use a network of your own, not a public one."
        )
    typer.echo("Ctrl-C ends the server; --resume goes on where it stood.")
    server = Server(session, address)
    uvicorn.run(
        server.app, host=host, port=port, log_level="warning", ws="websockets-sansio",
        ws_max_size=65_536, access_log=False, timeout_graceful_shutdown=2,
    )  # fmt: skip


def _reached_at(host: str) -> str:
    """Return the address that other devices use; asks nothing of any network."""
    if host not in ("0.0.0.0", "::"):
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))  # a datagram socket sends nothing by this
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _with_log(verb: str, place: Path | None) -> None:
    """Erase the names of a log, look whether it was changed, or print it as lines of JSON."""
    from sim.workshop.log import Log

    if place is None:
        raise RunError(f"workshop {verb}: name the log of a session after it")
    log = Log.open(place)
    if verb == "forget":
        typer.echo(f"{log.forget()} names erased from {place}")
    elif verb == "verify":
        count = sum(1 for _ in log.entries())
        typer.echo(f"{place}: {count} entries, each as it was written; last hash {log.last}")
    else:
        for line in log.lines():
            typer.echo(line)
    log.close()
