"""Logs: what is written, and that nothing else ever is."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from handlers.running.logs import AllowListFormatter, set_up

CANARY = "kenari_8412"
RANDOM_ID = "0123456789abcdef" * 2
LIBRARIES = [
    "httpx",
    "httpcore.http11",
    "telegram.ext.Application",
    "uvicorn.error",
    "uvicorn.access",
    "sqlalchemy.engine.Engine",
    "apscheduler.scheduler",
    "aiosqlite",
    "asyncio",
    f"telegram.{CANARY}",
    CANARY,
]


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """Write the log of the test to memory, every library at its most talkative; put all back afterwards."""
    root = logging.getLogger()
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    for handler in handlers:
        root.removeHandler(handler)
    written = io.StringIO()
    set_up("debug", written)
    root.setLevel(logging.DEBUG)

    yield written

    logging.captureWarnings(capture=False)
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    root.handlers[:], root.level, logging.raiseExceptions = handlers, level, raising


def test_a_line_says_what_happened_and_to_which_of_our_own_ids(output: io.StringIO) -> None:
    fields = {"action": "turn.done", "case": RANDOM_ID, "channel": "telegram", "count": 3, "milliseconds": 4.7}
    logging.getLogger("handlers.receiving.turn").info("turn", extra=fields)

    (line,) = _lines(output)

    del line["time"]
    assert line == {
        "level": "info",
        "logger": "handlers.receiving.turn",
        "action": "turn.done",
        "case": RANDOM_ID,
        "channel": "telegram",
        "count": 3,
        "milliseconds": 4,
    }


def test_a_time_is_no_finer_than_a_minute(output: io.StringIO) -> None:
    record = logging.makeLogRecord({"name": "handlers", "levelno": logging.INFO, "created": 1_795_269_659.9})
    logging.getLogger().handle(record)

    assert _lines(output)[0]["time"] == "2026-11-21T14:00Z"


def test_an_id_may_be_given_as_its_bytes(output: io.StringIO) -> None:
    logging.getLogger("handlers").info("turn", extra={"case": bytes.fromhex(RANDOM_ID)})

    assert _lines(output)[0]["case"] == RANDOM_ID


@pytest.mark.parametrize(
    "extra",
    [
        {"action": CANARY},
        {"action": f"turn.done {CANARY}"},
        {"case": CANARY},
        {"case": "6281234567890"},
        {"person": 6_281_234_567},
        {"channel": CANARY},
        {"count": 6_281_234_567},
        {"count": CANARY},
        {"error": CANARY},
        {"name_of_client": CANARY},
        {"action": [CANARY], "case": {CANARY: CANARY}},
    ],
)
def test_a_value_without_the_form_of_its_field_is_left_out(output: io.StringIO, extra: dict[str, object]) -> None:
    logging.getLogger("handlers").info("turn", extra=extra)

    assert _lines(output)[0].keys() == {"time", "level", "logger"}


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.CRITICAL])
@pytest.mark.parametrize("library", LIBRARIES)
def test_the_words_of_a_library_are_never_written(output: io.StringIO, library: str, level: int) -> None:
    logger = logging.getLogger(library)
    logger.setLevel(logging.DEBUG)

    logger.log(level, CANARY)
    logger.log(level, "update %s from %(name)s", {"name": CANARY})
    logger.log(level, "update %s", CANARY, extra={"action": CANARY, "case": CANARY, "count": 7}, stack_info=True)
    with suppress(ValueError):
        _fail_with_locals()
    logger.log(level, CANARY, exc_info=_caught(_fail_with_locals))

    lines = _lines(output)
    assert len(lines) == (0 if library == "uvicorn.access" else 4)
    assert all(line.keys() <= {"time", "level", "logger", "errors", "at"} for line in lines)


def test_our_own_messages_are_not_written_either(output: io.StringIO) -> None:
    logging.getLogger("handlers.receiving.turn").error("lost %s", CANARY, extra={"action": "turn.lost"})

    assert _lines(output)[0]["action"] == "turn.lost"


def test_an_exception_leaves_its_classes_and_where_our_code_was(output: io.StringIO) -> None:
    try:
        try:
            AllowListFormatter().format(CANARY)  # type: ignore[arg-type]  # the mistake is the point
        except AttributeError as error:
            raise ExceptionGroup(CANARY, [KeyError(CANARY)]) from error
    except ExceptionGroup:
        logging.getLogger("handlers.receiving.turn").exception("failed", extra={"action": "turn.failed"})

    (line,) = _lines(output)

    assert line["errors"] == ["ExceptionGroup", "AttributeError", "KeyError"]
    assert all(place.startswith("handlers/running/logs.py:") for place in line["at"])
    assert line["at"]


def test_a_chain_of_errors_that_returns_to_itself_ends(output: io.StringIO) -> None:
    first, second = ValueError(CANARY), KeyError(CANARY)
    first.__cause__, second.__cause__ = second, first

    logging.getLogger("handlers").error("failed", exc_info=first)

    assert _lines(output)[0]["errors"] == ["ValueError", "KeyError"]


def test_a_warning_is_counted_without_its_words(output: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(CANARY, stacklevel=1)
        logging.captureWarnings(capture=False)

    assert _lines(output)[0]["logger"] == "warnings"


def test_what_nobody_caught_is_told_by_class(output: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    error = _caught(_fail_with_locals)

    sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=_fail_with_locals)
    thread.start()
    thread.join()

    assert [line["action"] for line in _lines(output)] == ["process.uncaught", "thread.uncaught"]
    assert CANARY not in "".join(capfd.readouterr())


def test_a_message_that_cannot_be_formatted_prints_nothing(
    output: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("httpx").warning("%d", CANARY)

    assert len(_lines(output)) == 1
    assert capfd.readouterr() == ("", "")


async def test_real_libraries_at_work_tell_nothing(output: io.StringIO) -> None:
    for library in ("httpx", "httpcore", "sqlalchemy", "asyncio"):
        logging.getLogger(library).setLevel(logging.DEBUG)

    server = await asyncio.start_server(_answer_oddly, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient() as client:
        await client.get(f"http://127.0.0.1:{port}/bot{CANARY}/getMe")
    engine = create_engine("sqlite://", echo="debug")
    with engine.begin() as connection:
        connection.execute(text("SELECT :word"), {"word": CANARY}).all()
    engine.dispose()

    lines = _lines(output)
    assert {"httpx", "httpcore", "sqlalchemy"} <= {line["logger"].partition(".")[0] for line in lines}


def test_libraries_are_heard_from_warnings_on_and_earlier_handlers_are_gone(output: io.StringIO) -> None:
    earlier, later = io.StringIO(), io.StringIO()
    logging.getLogger("telegram").addHandler(logging.StreamHandler(earlier))

    set_up("debug", later)
    logging.getLogger("telegram").setLevel(logging.NOTSET)
    logging.getLogger("telegram").info(CANARY)
    logging.getLogger("telegram").warning(CANARY)

    assert [line["level"] for line in _lines(later)] == ["warning"]
    assert earlier.getvalue() == output.getvalue() == ""


def test_a_new_log_file_can_be_read_by_its_owner_only(output: io.StringIO, tmp_path: Path) -> None:
    file = tmp_path / "singgah.log"

    set_up("info", file)
    set_up("info", output)

    assert oct(file.stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize("library", ["httpx", "httpcore", "telegram", "sqlalchemy", "apscheduler", "uvicorn.error"])
def test_at_debug_libraries_still_begin_at_warnings(output: io.StringIO, library: str) -> None:
    set_up("debug", output)

    assert logging.getLogger(library).getEffectiveLevel() == logging.WARNING
    assert logging.getLogger("handlers.receiving.turn").getEffectiveLevel() == logging.DEBUG


def test_a_log_file_is_appended_to(output: io.StringIO, tmp_path: Path) -> None:
    file = tmp_path / "singgah.log"
    for _ in range(2):
        set_up("info", file)
        logging.getLogger("handlers").info("turn")
    set_up("info", output)

    assert len(file.read_text().splitlines()) == 2


@given(
    message=st.text(),
    extra=st.dictionaries(
        st.sampled_from(["action", "case", "person", "channel", "error", "lane", "count"]),
        st.none() | st.text() | st.binary() | st.integers() | st.floats() | st.lists(st.text()),
    ),
    name=st.sampled_from(["handlers", "bot.care", "httpx", ""]) | st.text(),
)
def test_any_record_becomes_one_line(message: str, extra: dict[str, object], name: str) -> None:
    record = logging.makeLogRecord({"name": name, "msg": message, **extra})

    written = AllowListFormatter().format(record)

    assert "\n" not in written
    assert json.loads(written).keys() >= {"time", "level", "logger"}


def _lines(output: io.StringIO) -> list[dict[str, Any]]:
    assert CANARY not in output.getvalue()
    return [json.loads(line) for line in output.getvalue().splitlines()]


def _fail_with_locals() -> None:
    typed = CANARY
    raise ValueError(typed)


def _caught(fail: Callable[[], None]) -> BaseException:
    try:
        fail()
    except ValueError as error:
        return error
    raise AssertionError


async def _answer_oddly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(f"HTTP/1.1 404 {CANARY}\r\nX-Word: {CANARY}\r\nContent-Length: 0\r\n\r\n".encode())
    await writer.drain()
    writer.close()
