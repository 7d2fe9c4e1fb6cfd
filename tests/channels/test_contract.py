"""What every channel keeps, whichever it is."""

import dataclasses

import pytest

from bot.dialogue.effects import Ask
from bot.ports import Key, Outgoing, Tap, Text, Unreachable
from tests.channels.ends import Ends

ODD = (
    "Halo <b>tebal</b> *bintang* _garis_ [tautan](https://contoh.example) &amp; `kode`\n\n"
    "\U0001f468\u200d\U0001f467 e\u0301 \u0645\u0631\u062d\u0628\u0627"
)


def test_the_name_can_stand_in_a_configuration(ends: Ends) -> None:
    assert ends.channel.name.isascii()
    assert ends.channel.name.islower()


async def test_words_go_out_as_they_are(ends: Ends) -> None:
    await ends.channel.send(ends.address, Outgoing(ODD))
    assert await ends.read_texts() == [ODD]


async def test_words_come_in_as_they_are(ends: Ends) -> None:
    incoming = await ends.write(ODD)
    assert incoming.channel == ends.channel.name
    assert incoming.address == ends.address
    assert incoming.content == Text(ODD)
    assert incoming.group_sender is None


async def test_each_thing_that_arrives_has_an_id_of_its_own(ends: Ends) -> None:
    arrived = [await ends.write("sama") for _ in range(3)]
    assert len({incoming.provider_id for incoming in arrived}) == 3


@pytest.mark.parametrize("sign", ["a", "😀"])
async def test_the_longest_text_arrives_whole(ends: Ends, sign: str) -> None:
    longest = sign * (ends.channel.limits.text_units // (len(sign.encode("utf-16-le")) // 2))
    await ends.channel.send(ends.address, Outgoing(longest))
    assert await ends.read_texts() == [longest]


async def test_the_most_and_longest_keys_are_shown_in_order_and_their_tokens_come_back(ends: Ends) -> None:
    limits = ends.channel.limits
    keys = tuple(
        Key(f"{number:02}".rjust(limits.token_bytes, "k"), f"Pilihan {number:02} ".ljust(limits.label_chars, "x"))
        for number in range(min(limits.keys, 99))
    )
    await ends.channel.send(ends.address, Outgoing("Pilih satu", keys, Ask.CHOICE))
    assert await ends.read_labels() == [key.label for key in keys]
    tapped = await ends.tap(keys[-1].label)
    assert tapped.address == ends.address
    assert isinstance(tapped.content, Tap)
    assert tapped.content.token == keys[-1].token


async def test_a_choice_already_made_is_marked(ends: Ends) -> None:
    keys = (Key("satu", "Satu", picked=True), Key("dua", "Dua"))
    await ends.channel.send(ends.address, Outgoing("Pilih beberapa", keys, Ask.CHOICE))
    marked, plain = await ends.read_labels()
    assert plain == "Dua"
    assert marked != "Satu"
    assert "Satu" in marked


async def test_a_replacement_takes_the_place_where_the_channel_can(ends: Ends) -> None:
    first = await ends.channel.send(ends.address, Outgoing("Satu", (Key("satu", "Lanjut"),)))
    await ends.channel.send(ends.address, Outgoing("Dua", (Key("dua", "Kembali"),), replaces=first))
    expected = ["Dua"] if ends.channel.limits.can_replace else ["Satu", "Dua"]
    assert await ends.read_texts() == expected
    assert await ends.read_labels() == ["Kembali"]


async def test_the_same_replacement_twice_changes_nothing(ends: Ends) -> None:
    first = await ends.channel.send(ends.address, Outgoing("Satu", (Key("satu", "Lanjut"),)))
    again = Outgoing("Dua", (Key("dua", "Kembali"),), replaces=first)
    assert await ends.channel.send(ends.address, again) == await ends.channel.send(ends.address, again) or not first
    assert (await ends.read_texts())[-1] == "Dua"


async def test_what_cannot_be_replaced_is_sent_anew(ends: Ends) -> None:
    for unknown in ("999999", "bukan nomor"):
        await ends.channel.send(ends.address, Outgoing(f"Tetap sampai {unknown}", replaces=unknown))
        assert (await ends.read_texts())[-1] == f"Tetap sampai {unknown}"


async def test_a_question_for_a_place_shows_its_words_and_its_choices(ends: Ends) -> None:
    question = Outgoing("Kamu di mana?", (Key("a", "Contoh Selatan"),), Ask.PLACE, share_label="Bagikan lokasi")
    await ends.channel.send(ends.address, question)
    assert "Kamu di mana?" in await ends.read_texts()
    assert await ends.read_labels() == ["Contoh Selatan"]
    await ends.channel.send(ends.address, dataclasses.replace(question, ask=Ask.CHOICE, text="Sudah benar?"))
    assert (await ends.read_texts())[-1] == "Sudah benar?"


async def test_an_address_that_is_gone_is_said_to_be_gone(ends: Ends) -> None:
    if ends.gone is not None:
        with pytest.raises(Unreachable):
            await ends.channel.send(ends.gone, Outgoing("Halo"))


async def test_acknowledging_what_nobody_waits_for_does_no_harm(ends: Ends) -> None:
    await ends.channel.acknowledge("tidak ada")
    await ends.channel.send(ends.address, Outgoing("Masih di sini"))
    assert await ends.read_texts() == ["Masih di sini"]


async def test_taking_back_leaves_what_stays_to_be_said(ends: Ends) -> None:
    sent = await ends.channel.send(ends.address, Outgoing("Hanya sebentar"))
    stayed = await ends.channel.take_back(ends.address, [sent] if sent else ["1"])
    assert (stayed == 0) == ends.channel.limits.can_take_back
    assert ("Hanya sebentar" in await ends.read_texts()) != ends.channel.limits.can_take_back
