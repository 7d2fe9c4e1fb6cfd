"""`singgah screen` answers each line with one JSON object, in the documented keys."""

import json

from click.testing import CliRunner

from bot.__main__ import main

_KEYS = ["crisis", "severity", "intent", "substances", "clarify", "suggest", "why"]


def test_every_line_is_answered_in_order() -> None:
    result = CliRunner().invoke(main, ["screen"], input="gw pengen mati aja\n\nselamat pagi\nudah ga kuat pedesnya\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert [list(answer) for answer in answers] == [_KEYS] * 4
    assert [answer["crisis"] for answer in answers] == ["suicide", None, None, None]
    assert answers[0]["severity"] == "high"


def test_a_doubt_asks_to_clarify() -> None:
    result = CliRunner().invoke(main, ["screen"], input="surat terakhir yang dikirim belum sampai\n")

    assert json.loads(result.stdout)["clarify"] is True
