"""Pictures on Telegram: whole once, by name ever after, and never in the place of the words."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.dialogue.effects import Picture
from bot.pictures import PictureFile
from bot.ports import Key, Outgoing, Rejected, TryLater, Uncertain
from channels.telegram import TelegramChannel
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.channels.test_telegram_answers import Impostor, answer
from tests.handlers.broadcasts.picturing import make_file

PNG = make_file("PNG")
MACHINE = Picture("siaran-1", "Mesin jahit di atas meja")
SHOWN = Outgoing("Pelatihan dibuka hari Senin.", (Key("satu", "Saya ikut"),), picture=MACHINE)


@dataclass
class Shelf:
    """Where the channel gets its one picture."""

    file: PictureFile | None = PNG
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    loaded: int = 0
    asked: int = 0
    is_away: bool = False

    async def find_name(self, picture: str, channel: str) -> str | None:
        """Say what a platform calls it."""
        self.asked += 1
        if self.is_away:
            raise TryLater(5)
        return self.names.get((picture, channel))

    async def load(self, picture: str) -> PictureFile | None:
        """Give the file."""
        assert picture == MACHINE.id
        self.loaded += 1
        return self.file

    async def keep_name(self, picture: str, channel: str, name: str) -> None:
        """Keep a name."""
        self.names[picture, channel] = name


@pytest.fixture
def shelf(channel: TelegramChannel) -> Shelf:
    """Let the channel show pictures."""
    shelf = Shelf()
    channel.show_from(shelf)
    return shelf


async def send(channel: TelegramChannel, person: Person, message: Outgoing = SHOWN) -> str | None:
    """Send to one person."""
    return await channel.send(str(person.chat_id), message)


def named(bot_api: BotApi) -> list[object]:
    """List by what each picture was sent."""
    return [call.parameters.get("photo") for call in bot_api.calls("sendPhoto")]


async def test_the_file_goes_up_once_and_its_name_does_for_the_rest(
    bot_api: BotApi, channel: TelegramChannel, person: Person, shelf: Shelf
) -> None:
    others = [bot_api.person("Contoh Lain") for _ in range(3)]
    for one in others:
        await one.start()

    sent = await send(channel, person)
    for one in others:
        await send(channel, one)

    (shown,) = (await person.screen()).from_bot
    assert (shown.kind, shown.text, sent) == ("photo", SHOWN.text, str(shown.message_id))
    assert [button.label for button in shown.buttons] == ["Saya ikut"]
    assert bot_api.files == [PNG.body]
    assert named(bot_api) == ["attach://photo", *["file-000002"] * 3] or len(set(named(bot_api)[1:])) == 1
    assert (shelf.loaded, shelf.asked) == (1, 1)
    assert list(shelf.names) == [(MACHINE.id, "telegram")]


async def test_a_picture_is_as_protected_as_words_are(
    bot_api: BotApi, channel: TelegramChannel, person: Person, shelf: Shelf
) -> None:
    for _ in range(2):
        await send(channel, person)
    assert shelf.names
    assert all(seen.is_protected for seen in (await person.screen()).from_bot)
    assert all("parse_mode" not in call.parameters for call in bot_api.calls("sendPhoto"))


async def test_another_process_uses_the_name_that_the_first_was_given(
    bot_api: BotApi, channel: TelegramChannel, person: Person, shelf: Shelf
) -> None:
    await send(channel, person)
    other = TelegramChannel(bot_api.token, base_url=bot_api.base_url)
    other.show_from(shelf)

    await send(other, person)
    await send(other, person)
    await other.close()

    assert len(bot_api.files) == 1
    assert (shelf.loaded, shelf.asked) == (1, 2)


async def test_a_name_that_is_refused_gives_way_to_the_file(
    bot_api: BotApi, channel: TelegramChannel, person: Person, shelf: Shelf
) -> None:
    await send(channel, person)
    bot_api.forget_files()

    await send(channel, person)
    await send(channel, person)

    assert [seen.kind for seen in (await person.screen()).from_bot] == ["photo"] * 3
    assert len(bot_api.files) == 1
    assert shelf.loaded == 2


@pytest.mark.parametrize("code", [400, 413])
async def test_where_no_picture_is_taken_the_words_go_alone(
    bot_api: BotApi, channel: TelegramChannel, person: Person, shelf: Shelf, code: int
) -> None:
    bot_api.fault("sendPhoto", code)

    await send(channel, person)

    (shown,) = (await person.screen()).from_bot
    assert (shown.kind, shown.text) == ("text", f"🖼 {MACHINE.description}\n\n{SHOWN.text}")
    assert [button.label for button in shown.buttons] == ["Saya ikut"]
    assert shelf.names == {}


async def test_a_picture_that_is_gone_or_nowhere_is_said_in_words(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    await send(channel, person)
    shelf = Shelf(file=None)
    channel.show_from(shelf)
    await send(channel, person)

    assert [seen.kind for seen in (await person.screen()).from_bot] == ["text", "text"]
    assert bot_api.calls("sendPhoto") == []


async def test_a_picture_alone_is_sent_without_words(channel: TelegramChannel, person: Person, shelf: Shelf) -> None:
    await send(channel, person, Outgoing("", picture=MACHINE))
    assert shelf.loaded == 1
    assert [seen.text for seen in (await person.screen()).from_bot] == ["[photo]"]


async def test_what_may_have_arrived_is_neither_sent_as_a_file_nor_as_words(
    bot_api: BotApi, channel: TelegramChannel, person: Person, shelf: Shelf
) -> None:
    for already in range(2):
        bot_api.fault("sendPhoto", drop="after")
        with pytest.raises(Uncertain):
            await send(channel, person)
        assert len((await person.screen()).from_bot) == 2 * already + 1
        await send(channel, person)
    assert bot_api.calls("sendMessage") == []
    assert shelf.names


async def test_a_flood_limit_and_a_store_that_is_away_mean_later(
    bot_api: BotApi, channel: TelegramChannel, person: Person, shelf: Shelf
) -> None:
    bot_api.fault("sendPhoto", 429, retry_after=7)
    with pytest.raises(TryLater) as caught:
        await send(channel, person)
    assert caught.value.seconds == 7
    shelf.is_away = True
    with pytest.raises(TryLater):
        await send(channel, person)
    assert (await person.screen()).from_bot == ()


async def test_half_a_character_is_refused_before_anything_goes_out(
    bot_api: BotApi, channel: TelegramChannel, person: Person, shelf: Shelf
) -> None:
    with pytest.raises(Rejected):
        await send(channel, person, Outgoing("Halo \ud83d", picture=MACHINE))
    assert (shelf.loaded, bot_api.calls("sendPhoto"), bot_api.calls("sendMessage")) == (1, [], [])


async def test_many_at_once_wait_for_the_name_of_the_first(
    bot_api: BotApi, channel: TelegramChannel, shelf: Shelf
) -> None:
    people = [bot_api.person("Contoh") for _ in range(20)]
    for one in people:
        await one.start()
    bot_api.fault("sendPhoto", delay=0.2)

    await asyncio.gather(*(send(channel, one) for one in people))

    assert all(one.received == [SHOWN.text] for one in people)
    assert len(bot_api.files) == shelf.loaded == 1


async def test_a_proxy_that_finds_a_picture_too_large_does_not_keep_the_words() -> None:
    impostor = Impostor(answer(413, b"<html>too large</html>"))
    server = await asyncio.start_server(impostor.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = TelegramChannel("4242:invented", base_url=f"http://127.0.0.1:{port}/bot", timeout_seconds=2)
    channel.show_from(Shelf())

    with pytest.raises(Uncertain):  # of words nobody says so, unless it is not Telegram at all
        await channel.send("700000001", SHOWN)

    await channel.close()
    server.close()
    await server.wait_closed()
    assert [line.split(b"/")[2].split(b" ")[0] for line in impostor.asked] == [b"sendPhoto", b"sendMessage"]
