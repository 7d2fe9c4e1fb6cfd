"""What is read out of Telegram's updates, and that nothing in them can do harm."""

import json

import pytest

from bot.ports import Blocked, Content, Incoming, Moved, Other, Place, Start, Tap, Text
from channels.telegram_updates import TELEGRAM, ReadUpdate, read_update
from tests.channels.telegram_shapes import BOT, CHAT, GROUP, PERSON, Json, message, tap, update


def read(one: Json) -> Incoming | None:
    result = read_update(json.dumps(one).encode())
    assert not result.broken
    assert result.update_id == 500
    return result.incoming


def read_content(**fields: object) -> Content:
    incoming = read(update(message={**message(), **fields}))
    assert incoming
    return incoming.content


def test_a_private_message_becomes_words_with_an_address_and_nothing_else_of_the_person() -> None:
    assert read(update(message=message(text="halo"))) == Incoming(
        TELEGRAM, "700000001", "500", Text("halo"), reference="12"
    )


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("/start", Start()),
        ("/start ref_ABC-9", Start("ref_ABC-9")),
        ("/start@contoh_bot ref", Start("ref")),
        ("/start " + "a" * 64, Start("a" * 64)),
        ("/start " + "a" * 65, Start()),
        ("/start satu dua", Start()),
        ("/start ümlaut", Start()),
        ("/start\nref", Start("ref")),
        ("/started", Text("/started")),
        ("mau /start", Text("mau /start")),
        ("/bantuan", Text("/bantuan")),
        (
            "\u202ebalik\u202c \u200f\U0001f468\u200d\U0001f467 e\u0301",
            Text("\u202ebalik\u202c \u200f\U0001f468\u200d\U0001f467 e\u0301"),
        ),
    ],
)
def test_words_are_told_from_pressing_start(text: str, content: Content) -> None:
    assert read_content(text=text) == content


def test_a_shared_position_and_a_venue_are_places() -> None:
    position = {"latitude": -3.99, "longitude": 122.51}
    for place in ({"location": position}, {"venue": {"location": position, "title": "Contoh"}}):
        assert read_content(**place) == Place(-3.99, 122.51)


def test_a_position_with_its_numbers_swapped_still_arrives() -> None:
    assert read_content(location={"latitude": 122.51, "longitude": -3.99}) == Place(122.51, -3.99)


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("photo", [{"file_id": "x"}], "photo"),
        ("voice", {"file_id": "x"}, "voice"),
        ("video_note", {"file_id": "x"}, "voice"),
        ("audio", {"file_id": "x"}, "file"),
        ("video", {"file_id": "x"}, "file"),
        ("document", {"file_id": "x"}, "file"),
        ("animation", {"file_id": "x"}, "file"),
        ("sticker", {"file_id": "x"}, "sticker"),
        ("contact", {"phone_number": "+620000000000"}, "contact"),
        ("poll", {"id": "1"}, "other"),
        ("dice", {"emoji": "x", "value": 1}, "other"),
    ],
)
def test_what_is_not_read_is_named(key: str, value: object, what: str) -> None:
    assert read_content(**{key: value}) == Other(what)


def test_a_gif_is_named_once_although_it_also_carries_a_document() -> None:
    assert read_content(document={"file_id": "x"}, animation={"file_id": "x"}) == Other("file")


@pytest.mark.parametrize(
    "notice", [{"pinned_message": {}}, {"message_auto_delete_timer_changed": {}}, {"new_chat_members": []}, {}]
)
def test_a_notice_of_the_platform_asks_for_no_reply(notice: Json) -> None:
    assert read(update(message=message(**notice))) is None


def test_a_forwarded_text_is_words() -> None:
    assert read_content(text="dari teman", forward_origin={"sender_user_name": "Contoh Lain"}) == Text("dari teman")


def test_a_reply_names_the_message_only_when_it_was_ours() -> None:
    ours = {"message_id": 9, "from": BOT, "chat": CHAT, "date": 1}
    theirs = {"message_id": 8, "from": PERSON, "chat": CHAT, "date": 1}
    for replied, reply_to in ((ours, "9"), (theirs, None)):
        assert read_content(text="ya", reply_to_message=replied) == Text("ya", reply_to)


def test_an_edit_is_noticed_but_a_moving_live_location_is_not() -> None:
    edited = read(update(edited_message=message(text="baru", edit_date=5)))
    assert edited == Incoming(TELEGRAM, "700000001", "500", Other("edited", "baru"))
    moving = message(location={"latitude": 1.0, "longitude": 2.0, "live_period": 900}, edit_date=5)
    assert read(update(edited_message=moving)) is None


def test_a_tap_carries_our_token_also_when_its_message_is_gone() -> None:
    expected = Incoming(TELEGRAM, "700000001", "500", Tap("token", "77"))
    gone = {"message_id": 3, "chat": CHAT, "date": 0}
    assert read(update(callback_query=tap(data="token", message=gone))) == expected
    assert read(update(callback_query=tap(data="token", message=None))) == expected
    assert read(update(callback_query=tap(data="token"))) == expected


def test_a_tap_without_a_token_is_nothing() -> None:
    assert read(update(callback_query=tap(game_short_name="contoh"))) is None


def test_in_a_group_the_address_is_the_group_and_the_sender_is_kept_apart() -> None:
    words = read(update(message=message(GROUP, text="ambil")))
    assert words == Incoming(TELEGRAM, "-1001000000001", "500", Text("ambil"), "700000001")
    query = tap(data="token", message={"message_id": 3, "chat": GROUP, "date": 0})
    assert read(update(callback_query=query)) == Incoming(
        TELEGRAM, "-1001000000001", "500", Tap("token", "77"), "700000001"
    )


def test_a_group_that_moves_is_noticed() -> None:
    moved = read(update(message=message({**GROUP, "type": "group"}, migrate_to_chat_id=-100_200)))
    assert moved
    assert (moved.address, moved.content) == (str(GROUP["id"]), Moved("-100200"))


def test_words_under_a_picture_come_along_to_be_screened() -> None:
    assert read_content(photo=[{"file_id": "x"}], caption="saya takut") == Other("photo", "saya takut")
    edited = read(update(edited_message=message(photo=[{"file_id": "x"}], caption="baru", edit_date=5)))
    assert edited
    assert edited.content == Other("edited", "baru")


def test_blocking_is_noticed_in_private_chats_only() -> None:
    def membership(chat: Json, status: str) -> Json:
        return update(
            my_chat_member={"chat": chat, "from": PERSON, "date": 1, "new_chat_member": {"status": status, "user": BOT}}
        )

    assert read(membership(CHAT, "kicked")) == Incoming(TELEGRAM, "700000001", "500", Blocked())
    assert read(membership(CHAT, "member")) is None
    assert read(membership(GROUP, "kicked")) is None


def test_channels_and_unknown_updates_are_nothing() -> None:
    post = message({"id": -1_002, "type": "channel", "title": "Contoh"}, text="x")
    for nothing in ({"message": post}, {"channel_post": post}, {"something_new": {"a": 1}}, {"message": None}):
        assert read(update(**nothing)) is None


def test_half_an_emoji_costs_one_character_and_not_the_message() -> None:
    raw = json.dumps(update(message=message(text="aku X takut"))).replace("X", "\\ud83d").encode()
    result = read_update(raw)
    assert result == ReadUpdate(500, Incoming(TELEGRAM, "700000001", "500", Text("aku ? takut"), reference="12"))


def test_bytes_that_are_no_utf_8_cost_one_character_and_not_the_message() -> None:
    raw = json.dumps(update(message=message(text="aku X takut"))).encode().replace(b"X", b"\xff")
    assert read_update(raw).incoming == Incoming(TELEGRAM, "700000001", "500", Text("aku \ufffd takut"), reference="12")


@pytest.mark.parametrize(
    "broken",
    [
        {"update_id": 500, "message": 5},
        {"update_id": 500, "message": {"chat": {"id": "x", "type": "private"}, "text": "a"}},
        {"update_id": 500, "message": {"chat": {"id": 2**60, "type": "private"}, "text": "a"}},
        {"update_id": 500, "message": {**message(), "text": ["a"]}},
        {"update_id": 500, "message": {**message(), "location": {"latitude": 181, "longitude": 0}}},
        {"update_id": 500, "callback_query": {"data": "a"}},
    ],
)
def test_what_is_not_as_documented_is_broken_but_keeps_its_number(broken: Json) -> None:
    assert read_update(json.dumps(broken).encode()) == ReadUpdate(500, None, broken=True)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"[]", b"\x00", b'{"update_id":"x"}', b"[" * 200_000, b'{"update_id":-1}']
)
def test_what_has_no_number_is_broken(raw: bytes) -> None:
    assert read_update(raw) == ReadUpdate(None, None, broken=True)


def test_a_number_is_found_in_what_is_cut_off() -> None:
    assert read_update(b'{"update_id": 500, "message": {"te') == ReadUpdate(500, None, broken=True)
