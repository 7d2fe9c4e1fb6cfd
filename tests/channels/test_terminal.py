"""The conversation in a terminal and through a pipe."""

import asyncio
import io
import os
import pty
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.dialogue.effects import Ask
from bot.ports import Incoming, Key, Outgoing, Place, Start, Tap, Text
from channels.terminal import TerminalChannel, talk

YES_NO = (Key("t:ya", "Ya"), Key("t:tidak", "Tidak"))


@dataclass(slots=True)
class Parrot:
    """Answers each thing that arrives, but only when it is time to deliver."""

    channel: TerminalChannel
    arrived: list[Incoming] = field(default_factory=list)
    waiting: list[Outgoing] = field(default_factory=list)

    async def receive(self, incoming: Incoming) -> None:
        """Take what was typed."""
        self.arrived.append(incoming)
        self.waiting.append(Outgoing(f"Jawaban {len(self.arrived)}", YES_NO))

    async def deliver(self) -> None:
        """Print the answers, a little later."""
        await asyncio.sleep(0.01)
        while self.waiting:
            await self.channel.send("", self.waiting.pop(0))

    @property
    def contents(self) -> list[object]:
        """What arrived."""
        return [one.content for one in self.arrived]


async def hold(typed: bytes, output: io.StringIO | None = None) -> tuple[Parrot, str]:
    """Type everything at once through a pipe and return what came of it."""
    output = output or io.StringIO()
    parrot = Parrot(TerminalChannel(output))
    source, pipe = os.pipe()
    os.write(pipe, typed)
    os.close(pipe)
    await talk(parrot.channel, parrot.receive, parrot.deliver, source, "contoh")
    os.close(source)
    return parrot, output.getvalue()


async def test_a_pipe_is_answered_line_by_line_until_it_ends() -> None:
    parrot, printed = await hold(b"halo\napa kabar\r\ntanpa akhir baris")

    assert parrot.contents == [Start(), Text("halo"), Text("apa kabar"), Text("tanpa akhir baris")]
    assert printed.split("\n\n") == [f"Jawaban {number}\n  1) Ya\n  2) Tidak" for number in range(1, 5)] + [""]


async def test_each_line_is_understood_by_the_keys_of_the_answer_before_it() -> None:
    parrot, _ = await hold(b"2\n1\n")

    assert parrot.contents == [Start(), Tap("t:tidak"), Tap("t:ya")]


@pytest.mark.parametrize("typed", ["ya", " YA "])
async def test_the_label_of_a_key_taps_it(typed: str) -> None:
    parrot, _ = await hold(f"{typed}\n".encode())

    assert parrot.contents[1:] == [Tap("t:ya")]


@pytest.mark.parametrize("typed", ["0", "3", "-1", "1.", "٢", "1, 2", "99999999999999999999"])
async def test_what_is_no_number_of_a_key_is_passed_on_as_it_is(typed: str) -> None:
    parrot, _ = await hold(f"{typed}\n".encode())

    assert parrot.contents[1:] == [Text(typed)]


async def test_empty_lines_say_nothing() -> None:
    parrot, _ = await hold(b"\n  \n\n")

    assert parrot.contents == [Start()]


async def test_a_backslash_at_the_end_goes_on_in_the_next_line() -> None:
    parrot, _ = await hold(b"satu\\\ndua\\\n\\\ntiga\nempat\\\n")

    assert parrot.contents[1:] == [Text("satu\ndua\n\ntiga"), Text("empat\n")]


async def test_bytes_that_are_no_text_break_nothing() -> None:
    parrot, _ = await hold(b"\xff\xfe halo \xc3\n")

    assert parrot.contents[1:] == [Text("\ufffd\ufffd halo \ufffd")]


async def test_signs_cut_in_two_by_a_slow_pipe_arrive_whole() -> None:
    parrot = Parrot(TerminalChannel(io.StringIO()))
    source, pipe = os.pipe()
    talking = asyncio.create_task(talk(parrot.channel, parrot.receive, parrot.deliver, source, "contoh"))
    for piece in ("😀é".encode()[:2], "😀é".encode()[2:5], "😀é".encode()[5:] + b"\n"):
        os.write(pipe, piece)
        await asyncio.sleep(0.02)
    os.close(pipe)
    await talking
    os.close(source)

    assert parrot.contents[1:] == [Text("😀é")]


async def test_where_words_are_asked_for_a_number_is_an_answer() -> None:
    channel = TerminalChannel(io.StringIO())
    await channel.send("", Outgoing("Berapa lama?", (Key("t:lewati", "Lewati"),), Ask.TEXT))

    assert channel.read("1") == Text("1")
    assert channel.read("lewati") == Tap("t:lewati")


@pytest.mark.parametrize(("ask", "expected"), [(Ask.PLACE, Place(-3.97, 122.5)), (Ask.CHOICE, Text("-3.97, 122.5"))])
async def test_degrees_are_a_place_only_where_one_is_asked_for(ask: Ask, expected: object) -> None:
    channel = TerminalChannel(io.StringIO())
    await channel.send("", Outgoing("Di mana?", YES_NO, ask))

    assert channel.read("-3.97, 122.5") == expected


async def test_degrees_in_the_other_order_are_handed_on_to_be_asked_about() -> None:
    channel = TerminalChannel(io.StringIO())
    await channel.send("", Outgoing("Di mana?", YES_NO, Ask.PLACE))

    assert channel.read("122.5, -3.97") == Place(122.5, -3.97)


async def test_what_would_command_the_terminal_is_shown_as_a_mark() -> None:
    output = io.StringIO()
    await TerminalChannel(output).send("", Outgoing("a\x1b[2Jb\x9b31mc\x07", (Key("t", "\x1b]0;x\x07"),)))

    assert output.getvalue() == "a\ufffd[2Jb\ufffd31mc\ufffd\n  1) \ufffd]0;x\ufffd\n\n"


async def test_nothing_is_coloured_and_nobody_prompted_through_a_pipe() -> None:
    _, printed = await hold(b"halo\n")

    assert "\x1b" not in printed
    assert ">" not in printed


async def test_somebody_who_sits_there_is_prompted_again_after_a_late_message() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    output = Screen()
    parrot, _ = await hold(b"", output)
    await parrot.channel.send("", Outgoing("Terlambat"))

    assert output.getvalue().endswith("> \r\x1b[KTerlambat\n\n> ")


_PROGRAM = """
import asyncio, sys
from channels.terminal import TerminalChannel, talk
from bot.ports import Outgoing
channel = TerminalChannel(sys.stdout)
async def receive(incoming): await channel.send("", Outgoing("siap"))
async def deliver(): pass
try:
    asyncio.run(talk(channel, receive, deliver, 0, "contoh"))
except KeyboardInterrupt:
    sys.exit(3)
"""


def test_ctrl_c_ends_a_waiting_conversation_cleanly() -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", _PROGRAM], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"siap\n"
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=10)
    os.close(controller)
    os.close(terminal)

    assert process.returncode == 3
    assert complaints == b""


def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    script = tmp_path / "percakapan.txt"
    script.write_text("satu\ndua\n")
    with script.open() as lines:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", _PROGRAM], stdin=lines, capture_output=True, timeout=20, check=False
        )

    assert done.returncode == 0
    assert done.stdout == b"siap\n\n" * 3
