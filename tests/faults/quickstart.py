"""Start the real program out of a process that has read it already, so that it can be killed a hundred times.

Reading the program's modules is most of a start.  Here one process reads them and forks; what it forks is
`singgah run` and nothing else.  On its standard input come lines of JSON: `run` with arguments and files, `end` with the
id of a process to wait for.
"""

import gc
import json
import os
import signal
import sys
from importlib import import_module
from typing import Any, NoReturn

_READ_BEFORE = (
    "bot.__main__",
    "commands.run",
    "commands.telegram",
    "channels.telegram",
    "commands.web",
    "handlers.broadcasts.running",
    "psycopg",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.protocols.http.h11_impl",
)


def serve(lease_seconds: float | None) -> None:
    """Answer every line until there are no more.  `lease_seconds`: None for the lease of the product."""
    for name in _READ_BEFORE:
        import_module(name)
    if lease_seconds is not None:
        _shorten_leases(lease_seconds)
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        answer = _end(asked["end"]) if "end" in asked else _run(asked["run"])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _shorten_leases(seconds: float) -> None:
    """Let duties change hands in seconds: a run of a minute is to see it often."""
    from handlers import duties  # noqa: PLC0415 - read with the rest

    for name in ("LEASE_SECONDS", "_RENEW_SECONDS", "_MARGIN_SECONDS"):
        setattr(duties, name, getattr(duties, name) * seconds / 15.0)


def _run(asked: dict[str, Any]) -> int:
    process = os.fork()
    if process == 0:
        _become(asked["arguments"], asked["output"], asked["errors"])
    return process


def _become(arguments: list[str], output: str, errors: str) -> NoReturn:
    """Become the program itself; nothing of this process is left but what it had read."""
    code = 1
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        for number, file in enumerate((nothing, os.open(output, flags, 0o600), os.open(errors, flags, 0o600))):
            os.dup2(file, number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        import_module("bot.__main__").main(arguments, prog_name="singgah", standalone_mode=False)
        code = 0
    except BaseException:  # noqa: BLE001 - said where the program says its errors
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end(process: int) -> int:
    """Wait until a process is gone; return its exit code, or the signal below zero."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


if __name__ == "__main__":
    serve(float(sys.argv[1]) if len(sys.argv) > 1 else None)
