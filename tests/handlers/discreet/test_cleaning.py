"""`bersih` empties the chat as far as the platform lets it, and says what stays; nothing that is kept is touched."""

from bot.ports import Incoming, Outgoing, Rejected, Text, TryLater
from storage.clients import traces, transcripts
from storage.keeping import retention
from tests.handlers.walking import CLIENT, COUNSELLOR, OTHER_CLIENT, accepted_case, client_at, in_world, send_intake
from tests.worlds import TestBed


async def _write(bed: TestBed, reference: str, text: str = "halo") -> None:
    """Write as a platform delivers it: with the id of the person's own message."""
    name, provider_id = bed.channel.name, f"with-{reference}"
    await bed.receiver.receive(Incoming(name, CLIENT, provider_id, Text(text), reference=reference))
    await bed.flush()


def _taken_back(bed: TestBed) -> list[str]:
    return [reference for address, reference in bed.channel.taken_back if address == CLIENT]


async def test_both_sides_messages_go_and_the_closing_words_say_what_stays(bed: TestBed) -> None:
    await _write(bed, "901")
    await _write(bed, "902", "menu")
    sent = len(bed.heard(CLIENT))

    await _write(bed, "903", "bersih")

    assert {"901", "902", "903"} < set(_taken_back(bed))
    assert len(_taken_back(bed)) == 3 + sent
    assert bed.heard(CLIENT)[sent:] == [bed.last(CLIENT).text]
    assert "48 jam" in bed.last(CLIENT).text
    assert "hapus sendiri" in bed.last(CLIENT).text


async def test_what_was_taken_back_is_forgotten_and_the_place_is_kept(bed: TestBed) -> None:
    await send_intake(bed)
    await bed.say(CLIENT, "bersih")
    before = len(_taken_back(bed))

    await bed.say(CLIENT, "bersih")

    assert len(_taken_back(bed)) == before + 1  # the closing words of the first time
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Lihat yang tersimpan")
    assert any("Permintaan" in text for text in bed.heard(CLIENT)[-2:])


async def test_what_is_older_than_two_days_is_not_asked_for(bed: TestBed) -> None:
    await _write(bed, "901")
    bed.clock.pass_time(hours=48)
    await _write(bed, "902", "bersih")

    assert _taken_back(bed) == ["902"]


async def test_ids_of_messages_go_after_two_days_by_themselves(bed: TestBed) -> None:
    await _write(bed, "901")
    client_id = await client_at(bed)
    bed.clock.pass_time(days=3)
    await in_world(bed, lambda work: traces.forget_old(work, most=100))

    assert await in_world(bed, lambda work: retention.count_traces(work, client_id)) == 0


async def test_a_platform_that_asks_to_wait_gets_the_same_again_later(bed: TestBed) -> None:
    await _write(bed, "901")
    bed.channel.failures.append(TryLater(5))
    await _write(bed, "902", "bersih")
    bed.clock.pass_time(seconds=30)
    await bed.flush()

    assert {"901", "902"} <= set(_taken_back(bed))
    assert "48 jam" in bed.last(CLIENT).text


async def test_words_that_cannot_be_sent_cost_nobody_else_anything(bed: TestBed) -> None:
    await _write(bed, "901")
    bed.channel.failures.append(Rejected("BadRequest"))
    await _write(bed, "902", "bersih")
    await bed.say(OTHER_CLIENT, "/start")

    assert "silakan singgah" in bed.last(OTHER_CLIENT).text


async def test_a_counsellors_chat_is_not_touched(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "bersih")

    assert COUNSELLOR not in {address for address, _ in bed.channel.taken_back}


async def test_the_page_is_emptied_but_for_what_it_has_not_shown(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)

    async def shown(count: int) -> list[str]:
        lines = await in_world(bed, lambda work: transcripts.load_transcript(work, client_id))
        return [line.text for line in lines.lines][-count:]

    await in_world(bed, lambda work: transcripts.add_ours(work, client_id, Outgoing("lama")))
    await in_world(
        bed, lambda work: transcripts.mark_seen(work, client_id, transcripts.latest_revision(work, client_id))
    )
    await in_world(bed, lambda work: transcripts.add_ours(work, client_id, Outgoing("belum terlihat")))
    await in_world(bed, lambda work: transcripts.add_ours(work, client_id, Outgoing("selesai")))
    await in_world(bed, lambda work: transcripts.drop_shown(work, client_id))

    assert await shown(9) == ["belum terlihat", "selesai"]


async def test_erasing_takes_the_chat_back_before_the_farewell(bed: TestBed) -> None:
    await _write(bed, "901")
    await bed.say(CLIENT, "hapus")
    await bed.tap(CLIENT, "Ya, hapus sekarang")

    assert "901" in _taken_back(bed)
    assert "sudah dihapus" in bed.last(CLIENT).text
