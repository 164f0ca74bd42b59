"""The command of the live exercise: workshop, and what is done with its logs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from sim.errors import RunError
from sim.terminal import told

_LOCAL = "127.0.0.1"
_VERBS = ("forget", "verify", "export", "replay")


def workshop(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A scenario file; or forget, verify, export or replay, and the log of a session.",
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
    tls: Annotated[
        bool, typer.Option("--tls", help="Encrypt, with a certificate made for this session.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of replay: where the page goes.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of replay: the language of the page.")] = "en",
) -> None:
    """Run a live exercise: people join from their browsers and take the model's chairs."""
    with told("the session is kept; go on with --resume"):
        if file in _VERBS:
            _with_log(file, log_of, out, language)
            return
        place = log or Path(f"{Path(file).stem}.session")
        session = _session(Path(file), place, resume, arm, world, seed, begin, lapse)
        _serve(session, place, host, port, tls)


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


def _serve(session: Any, place: Path, host: str, port: int, tls: bool) -> None:
    """Serve until interrupted; what was said is in the log all the while."""
    import uvicorn

    from sim.workshop.chairs import FACILITATOR
    from sim.workshop.server import Server

    session.log.hold()
    reached = _reached_at(host)
    address = f"{'https' if tls else 'http'}://{reached}:{port}"
    code = next(code for code, name in session.codes.items() if name == FACILITATOR)
    typer.echo(f"{session.game.scenario.scenario}")
    typer.echo(f"Facilitator: {address}/join/{code}")
    typer.echo(f"Everybody else: {address} with a join code of theirs, which the facilitator shows")
    typer.echo(f"Log: {place}")
    if host != _LOCAL:
        typer.echo(
            "Anybody on this network who reaches this address can try join codes"
            + ("." if tls else ", and read along what is sent unencrypted.")
            + " Use a network of your own, not a public one."
        )
    typer.echo("Ctrl-C ends the server; --resume goes on where it stood.")
    server = Server(session, address)
    with _encrypted(session.log, reached, tls) as files:
        uvicorn.run(
            server.app, host=host, port=port, log_level="warning", ws="websockets-sansio",
            ws_max_size=65_536, access_log=False, timeout_graceful_shutdown=2, **files,
        )  # fmt: skip


@contextmanager
def _encrypted(log: Any, reached: str, tls: bool) -> Iterator[dict[str, Any]]:
    """Have the session's certificate at hand for as long as the server runs, if there is to be one.

    It is kept with the session's secrets, so that nobody has to accept another after a new start.
    """
    if not tls:
        yield {}
        return
    from sim.workshop.certificates import Certificate, certificate, holds

    made = Certificate(*(log.secrets().get(f"tls {part}", "") for part in Certificate._fields))
    if not holds(made, reached):
        made = certificate(reached)
        for part, text in made._asdict().items():
            log.keep_secret(f"tls {part}", text)
    typer.echo(
        "Browsers will warn that nobody vouches for this certificate. Compare its fingerprint "
        f"(SHA-256) before you go on:\n{made.fingerprint}"
    )
    with TemporaryDirectory() as folder:
        key, chain = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        key.touch(0o600)
        key.write_text(made.key, encoding="ascii")
        chain.write_text(made.certificate, encoding="ascii")
        yield {"ssl_keyfile": key, "ssl_certfile": chain}


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


def _with_log(verb: str, place: Path | None, out: Path | None, language: str) -> None:
    """Erase the names of a log, see whether it was changed, print it, or make its replay."""
    from sim.workshop.log import Log

    if place is None:
        raise RunError(f"workshop {verb}: name the log of a session after it")
    if verb == "replay":
        _replay(place, out or Path(f"{place.stem}_replay.html"), language)
        return
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


def _replay(log: Path, out: Path, code: str) -> None:
    """Write the replay of a session as one page that needs no server."""
    _check_installed()
    from sim.language import LANGUAGES
    from sim.scenario.nearest import suggestion
    from sim.study.folder import check_new, place
    from sim.workshop.hub import Hub
    from sim.workshop.pages import replay
    from sim.workshop.session import Session

    if code not in LANGUAGES:
        raise RunError(
            f'--language "{code}": is none of this program. {suggestion(code, LANGUAGES)}'
        )
    check_new(out, False)
    session = Session.resume(log)
    page = replay(session, Hub(session).map_in(code), code, alone=True)
    session.log.close()
    place(out, lambda beside: beside.write_bytes(bytes(page.body)))
    typer.echo(f"{out}: opens in any browser, without a server; it holds the truth of the session")
