"""Run the commands: ``python -m sim`` is ``deconflict``."""

from __future__ import annotations

from sim.cli import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
