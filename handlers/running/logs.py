"""Logs that cannot tell on anybody: what is written is listed here, and nothing else is.

The text of a message is never written, ours included: what happened is its `action`, and everything a reader may
learn about it is a field of `_FIELDS` whose value has the form given there.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from types import MappingProxyType, TracebackType
from typing import TextIO

_OWN_PACKAGES = frozenset({"bot", "handlers", "storage", "channels", "console", "commands", "browser"})
_CHANNELS = frozenset({"telegram", "whatsapp", "webchat", "terminal", "desk"})
_ROOT = Path(__file__).parents[2]
_ACTION = re.compile(r"[a-z]+(\.[a-z_]+){1,3}", re.ASCII)
_RANDOM_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_MODULE_NAME = re.compile(r"[a-z_]{1,30}(\.[a-z_]{1,30}){0,4}", re.ASCII)
_CLASS_NAME = re.compile(r"[A-Za-z_][\w.]{0,99}", re.ASCII)
# Most ids of other platforms are larger, so one that is passed as a count by mistake is left out.
_LARGEST_COUNT = 1_000_000
_LONGEST_CHAIN = 8
_LONGEST_PATH = 12


def set_up(level: str, output: TextIO | Path) -> None:
    """Write the log of the whole process to `output`, replacing whatever wrote logs before.

    `level` is "debug", "info", "warning" or "error" and holds for our own packages; libraries are heard
    from warnings on.  A path is appended to, its folder must exist; a new file is its owner's alone.  Exceptions
    nobody caught and Python's warnings go the same way.  Call it again to change the output.
    """
    _silence_others()
    root = logging.getLogger()
    root.addHandler(_handler(output))
    root.setLevel(max(logging.WARNING, _number(level)))
    for package in _OWN_PACKAGES:
        logging.getLogger(package).setLevel(_number(level))
    # A failing handler would print the record with its arguments.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    _hear_uncaught()


class AllowListFormatter(logging.Formatter):
    """One JSON line per record, made only of what is allowed."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; leave out every value that does not have the form its field asks for."""
        return json.dumps(dict(_describe(record)), separators=(",", ":"))


def _describe(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    yield "time", datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%MZ")
    yield "level", logging.getLevelName(record.levelno).lower()
    yield "logger", _name(record.name)
    if record.name.partition(".")[0] in _OWN_PACKAGES:
        for field, read in _FIELDS.items():
            value = read(record.__dict__.get(field))
            if value is not None:
                yield field, value
    if record.exc_info and record.exc_info[1]:
        chain = _chain(record.exc_info[1])
        yield "errors", [_class_name(type(error)) for error in chain]
        yield "at", [place for error in chain for place in _places(error.__traceback__)][:_LONGEST_PATH]


def _name(name: str) -> str:
    if name.partition(".")[0] in _OWN_PACKAGES and _MODULE_NAME.fullmatch(name):
        return name
    if name == "py.warnings":
        return "warnings"
    # As much of the name as names a module: a library may build a logger's name out of anything.
    while name and name not in sys.modules:
        name = name.rpartition(".")[0]
    return name or "other"


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    waiting = [error]
    while waiting and len(chain) < _LONGEST_CHAIN:
        current = waiting.pop(0)
        if any(current is known for known in chain):
            continue
        chain.append(current)
        hidden = None if current.__suppress_context__ else current.__context__
        waiting += [cause for cause in (current.__cause__, hidden) if cause]
        waiting += current.exceptions if isinstance(current, BaseExceptionGroup) else ()
    return chain


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame, line in walk_tb(trace):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _OWN_PACKAGES:
            yield f"{path.relative_to(_ROOT).as_posix()}:{line}"


def _class_name(kind: type) -> str:
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return name if _CLASS_NAME.fullmatch(name) else "other"


def _read_action(value: object) -> str | None:
    return value if isinstance(value, str) and _ACTION.fullmatch(value) else None


def _read_id(value: object) -> str | None:
    text = value.hex() if isinstance(value, bytes) else value
    return text if isinstance(text, str) and _RANDOM_ID.fullmatch(text) else None


def _read_count(value: object) -> int | None:
    is_count = isinstance(value, int | float) and 0 <= value < _LARGEST_COUNT
    return int(value) if is_count and isinstance(value, int | float) else None


def _read_channel(value: object) -> str | None:
    return value if isinstance(value, str) and value in _CHANNELS else None


def _read_error(value: object) -> str | None:
    kind = value if isinstance(value, type) else type(value)
    return _class_name(kind) if issubclass(kind, BaseException) else None


_FIELDS: Mapping[str, Callable[[object], str | int | None]] = MappingProxyType(
    {
        "action": _read_action,
        "person": _read_id,
        "conversation": _read_id,
        "case": _read_id,
        "message": _read_id,
        "reminder": _read_id,
        "channel": _read_channel,
        "error": _read_error,
        "lane": _read_count,
        "count": _read_count,
        "attempt": _read_count,
        "status": _read_count,
        "milliseconds": _read_count,
        "seconds": _read_count,
    }
)


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _handler(output: TextIO | Path) -> logging.Handler:
    handler: logging.Handler
    match output:
        case Path():
            output.touch(mode=0o600)
            handler = logging.FileHandler(output, encoding="utf-8")
        case _:
            handler = logging.StreamHandler(output)
    handler.setFormatter(AllowListFormatter())
    return handler


def _silence_others() -> None:
    known = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    for logger in known:
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = True
        if logger is not logging.root:
            logger.setLevel(logging.NOTSET)  # else one that chose DEBUG for itself would be heard
    # An access log is a list of who came when.
    logging.getLogger("uvicorn.access").disabled = True


def _hear_uncaught() -> None:
    log = logging.getLogger(__name__)

    def hear(error: BaseException | None, action: str) -> None:
        log.critical("uncaught", exc_info=error, extra={"action": action})

    sys.excepthook = lambda _kind, error, _trace: hear(error, "process.uncaught")
    sys.unraisablehook = lambda unraisable: hear(unraisable.exc_value, "process.unraisable")
    threading.excepthook = lambda arguments: hear(arguments.exc_value, "thread.uncaught")
