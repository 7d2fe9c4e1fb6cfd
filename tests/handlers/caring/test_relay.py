"""Client and counsellor talk through the service: in order, never mixed up, and danger is still heard."""

from bot.ports import Blocked, Text
from storage.casework import chats
from storage.casework.chats import Side
from storage.team import staffing
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    OTHER_CLIENT,
    accepted_case,
    case_of,
    in_world,
    reasons,
    send_intake,
)
from tests.worlds import TestBed


async def test_words_go_both_ways_in_order_with_their_marks(bed: TestBed) -> None:
    _, case = await accepted_case(bed)

    for turn in range(3):
        await bed.say(CLIENT, f"klien {turn}")
        await bed.say(COUNSELLOR, f"konselor {turn}")

    chat = await in_world(bed, lambda work: chats.load_chat(work, case))
    sides = (Side.CLIENT, "klien"), (Side.COUNSELLOR, "konselor")
    assert [(said.side, said.text) for said in chat] == [
        (side, f"{who} {turn}") for turn in range(3) for side, who in sides
    ]
    assert {said.delivery for said in chat} == {chats.Delivery.SENT}


async def test_words_for_several_clients_are_never_mixed_up(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    for client in (CLIENT, OTHER_CLIENT):
        await send_intake(bed, client)
        await bed.tap(COUNSELLOR, "Terima")
    first, second = await case_of(bed), await case_of(bed, OTHER_CLIENT)
    before = {client: len(bed.heard(client)) for client in (CLIENT, OTHER_CLIENT)}

    await bed.say(COUNSELLOR, "untuk yang kedua")
    await bed.say(CLIENT, "saya yang pertama")
    await bed.say(COUNSELLOR, "untuk siapa ini")
    assert "Untuk klien yang mana" in bed.last(COUNSELLOR).text
    await bed.tap(COUNSELLOR, f"↩ {first.code}")
    await bed.say(COUNSELLOR, "untuk yang pertama")
    await bed.tap(COUNSELLOR, f"↩ {second.code}")
    await bed.say(COUNSELLOR, "lagi untuk yang kedua")

    assert [text.splitlines()[-1] for text in bed.heard(CLIENT)[before[CLIENT] :]] == ["untuk yang pertama"]
    assert [text.splitlines()[-1] for text in bed.heard(OTHER_CLIENT)[before[OTHER_CLIENT] :]] == [
        "untuk yang kedua",
        "lagi untuk yang kedua",
    ]


async def test_a_reply_to_a_message_goes_to_the_client_who_wrote_it(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    for client in (CLIENT, OTHER_CLIENT):
        await send_intake(bed, client)
        await bed.tap(COUNSELLOR, "Terima")
    await bed.say(CLIENT, "pesan pertama")
    reference = str(len(bed.channel.sent))
    await bed.say(OTHER_CLIENT, "pesan kedua")

    await bed.deliver(COUNSELLOR, Text("jawaban", reply_to=reference))
    await bed.deliver(COUNSELLOR, Text("entah", reply_to="999"))

    assert bed.last(CLIENT).text.endswith("jawaban")
    assert "Untuk klien yang mana" in bed.last(COUNSELLOR).text
    assert not any("entah" in text for text in bed.heard(OTHER_CLIENT))


async def test_a_reply_to_the_card_of_a_case_goes_to_its_client(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)
    await bed.tap(COUNSELLOR, "Terima")
    numbered = enumerate(bed.channel.sent, 1)
    card = next(number for number, (to, sent) in numbered if to == COUNSELLOR and "Sabu" in sent.text)
    await send_intake(bed, OTHER_CLIENT)
    await bed.tap(COUNSELLOR, "Terima")

    await bed.deliver(COUNSELLOR, Text("halo", reply_to=str(card)))

    assert bed.last(CLIENT).text.endswith("halo")


async def test_danger_is_heard_while_a_counsellor_is_speaking(bed: TestBed) -> None:
    await accepted_case(bed)

    await bed.say(CLIENT, "saya mau mati")

    assert "Kamu tidak sendirian" in bed.last(CLIENT).text
    assert await reasons(bed) == ["danger"]
    assert any("tanda bahaya" in text for text in bed.heard(COUNSELLOR))
    assert any("saya mau mati" in text for text in bed.heard(COUNSELLOR))


async def test_who_blocks_the_service_is_reported_once_and_may_come_back(bed: TestBed) -> None:
    await accepted_case(bed)

    await bed.deliver(CLIENT, Blocked())
    await bed.deliver(CLIENT, Blocked())
    await bed.say(COUNSELLOR, "masih di sana?")
    told = [text for text in bed.heard(COUNSELLOR) if "tidak bisa dihubungi" in text]
    await bed.say(CLIENT, "saya kembali")
    await bed.say(COUNSELLOR, "selamat datang")

    assert len(told) == 2  # once for the block, once for words that could not be sent
    assert bed.heard(COUNSELLOR)[-1].endswith("saya kembali")
    assert bed.last(CLIENT).text.endswith("selamat datang")


async def test_a_counsellor_who_blocks_the_service_is_unlinked(bed: TestBed) -> None:
    member, _ = await accepted_case(bed)

    await bed.deliver(COUNSELLOR, Blocked())
    await bed.say(CLIENT, "halo?")

    assert await in_world(bed, lambda work: staffing.chats_of(work, member.id)) == []
    assert "halo?" not in bed.last(COUNSELLOR).text
