"""A batch of Telegram's updates is read in its order, and no bytes in it can do harm."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import Text
from channels.telegram_updates import ReadUpdate, read_update, read_updates
from tests.channels.telegram_shapes import BOT, CHAT, GROUP, PERSON, Json, message, tap, update


def answer(*updates: bytes) -> bytes:
    return b'{"ok":true,"result":[' + b",".join(updates) + b"]}"


def numbered(update_id: int, text: str) -> bytes:
    return json.dumps({"update_id": update_id, "message": message(text=text)}).encode()


def test_a_batch_is_read_in_its_order() -> None:
    results = read_updates(answer(numbered(7, "a"), numbered(6, "b")))
    assert [result.update_id for result in results] == [7, 6]
    assert read_updates(answer()) == ()


@pytest.mark.parametrize(
    "poison",
    [
        b"not json",
        b'{"update_id": 2, "message": {"text": nul}}',
        b'{"update_id": 2, "mess',
        b'{"update_id":2,"message":"\xff"}',
    ],
)
def test_a_malformed_update_does_not_cost_its_neighbours(poison: bytes) -> None:
    results = read_updates(answer(numbered(1, 'kata "update_id": 9'), poison, numbered(3, "c")))
    assert [result.incoming.content for result in results if result.incoming] == [
        Text('kata "update_id": 9'),
        Text("c"),
    ]
    assert any(result.broken for result in results)
    assert {result.update_id for result in results} <= {1, 2, 3, None}


def test_an_answer_that_is_no_list_is_broken() -> None:
    for odd in (b"", b"<html>", b'{"ok":true}', b'{"ok":true,"result":{}}', b"null"):
        assert read_updates(odd) == (ReadUpdate(None, None, broken=True),)


SAMPLES: list[Json] = [
    update(message=message(text="/start ref", reply_to_message={"message_id": 9, "from": BOT})),
    update(message=message(GROUP, venue={"location": {"latitude": 1.5, "longitude": 2.5}, "title": "x"})),
    update(message=message(photo=[{"file_id": "x"}], caption="x")),
    update(edited_message=message(text="x")),
    update(callback_query=tap(data="token", message={"message_id": 3, "chat": CHAT, "date": 0})),
    update(my_chat_member={"chat": CHAT, "from": PERSON, "new_chat_member": {"status": "kicked"}}),
]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> Json:
    """Put anything in one place of a real update, or take that place away."""
    sample = copy.deepcopy(draw(st.sampled_from(SAMPLES)))
    place: Any = sample
    key: Any = draw(st.sampled_from(sorted(sample)))
    while isinstance(place[key], dict) and place[key] and draw(st.booleans()):
        place = place[key]
        key = draw(st.sampled_from(sorted(place)))
    if draw(st.booleans()):
        del place[key]
    else:
        place[key] = draw(ANYTHING)
    return sample


@given(mutated())
def test_no_update_raises_or_blocks_its_neighbours(odd: Json) -> None:
    raw = json.dumps(odd).encode()
    first, second, third = read_updates(answer(numbered(1, "a"), raw, numbered(3, "c")))[:3]
    assert first.incoming
    assert third.incoming
    assert second == read_update(raw)
    if type(odd.get("update_id")) is int and 0 <= odd["update_id"] < 10**18:
        assert second.update_id == odd["update_id"]


@given(st.binary() | st.binary().map(lambda cut: numbered(5, "abc")[: len(cut)] + cut))
def test_no_bytes_raise(raw: bytes) -> None:
    assert read_updates(raw)[-1].broken
    read_update(raw)
