"""Start a program out of a process that has read it already, so that it can be killed a hundred times.

Reading modules and content is most of a start.  Here one process reads them and forks; what it forks is the program
and nothing else, but that its slow hashes are quick and its leases as long as a test wants them.  On its standard
input come lines of JSON: `run` with module, arguments, files and folder, `end` with the id of a process to wait for.
"""

import gc
import json
import os
import signal
import sys
from dataclasses import replace
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


def serve(lease_seconds: float, modules: list[str]) -> None:
    """Answer every line until there are no more.  `lease_seconds`: of the duties.  `modules`: to read as well."""
    for name in (*_READ_BEFORE, *modules):
        import_module(name)
    _set_leases(lease_seconds)
    import_module("tests.surroundings.hashing").make_hashes_quick()
    _read_content_once()
    gc.freeze()
    running: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "end" in asked:
            answer = _end(asked["end"])
            running.discard(asked["end"])
        else:
            answer = _run(asked["run"])
            running.add(answer)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for process in running:  # of a test that failed
        os.kill(process, signal.SIGKILL)
        _end(process)


def _set_leases(seconds: float) -> None:
    """Let duties change hands sooner: a run of a minute is to see it often."""
    duties = import_module("handlers.running.duties")
    share = seconds / duties.LEASE_SECONDS
    for name in ("LEASE_SECONDS", "_RENEW_SECONDS", "_MARGIN_SECONDS"):
        setattr(duties, name, getattr(duties, name) * share)


def _read_content_once() -> None:
    """Let whoever finds the files of the content as they are now find them understood as well."""
    opening, library = import_module("handlers.house.opening"), import_module("storage.shipped.library")
    read, files, language = opening.read_content, library.read_library(library.CONTENT), "id"
    content = read(files, language, lambda _source, answer: answer)

    def read_once(found: Any, spoken: str, name: Any) -> Any:  # noqa: ANN401 - as they come, so they go
        if (found, spoken) != (files, language):
            return read(found, spoken, name)
        return replace(content, script=replace(content.script, name=name))

    vars(opening)["read_content"] = read_once


def _run(asked: dict[str, Any]) -> int:
    process = os.fork()
    if process == 0:
        _become(**asked)
    return process


def _become(
    *, module: str, arguments: list[str], output: str, errors: str, given: str = os.devnull, folder: str = "."
) -> NoReturn:
    """Become the program itself; nothing of this process is left but what it had read."""
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        said = os.open(given, os.O_RDONLY)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        for number, file in enumerate((said, os.open(output, flags, 0o600), os.open(errors, flags, 0o600))):
            os.dup2(file, number)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - the other one is being read from by our parent
        signal.signal(signal.SIGINT, signal.default_int_handler)
        import_module(module).main(arguments)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
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
    serve(float(sys.argv[1]), sys.argv[2:])
