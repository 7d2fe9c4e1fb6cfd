"""What a counsellor writes reaches the client it was meant for, or nobody."""

import pytest

from bot.ports import Text
from storage.casework.cases import Case
from tests.handlers.walking import CLIENT, COUNSELLOR, OTHER_CLIENT, accepted_case, case_of, send_intake
from tests.worlds import TestBed


async def message_of_first_client(bed: TestBed) -> tuple[Case, str]:
    """Let one client write, have that case closed, and let the counsellor take another one."""
    _, first = await accepted_case(bed)
    await bed.say(CLIENT, "pesan pertama")
    reference = str(len(bed.channel.sent))
    await bed.tap(COUNSELLOR, "Tutup")
    await bed.tap(COUNSELLOR, "cukup informasi")
    await send_intake(bed, OTHER_CLIENT)
    await bed.tap(COUNSELLOR, "Terima")
    return first, reference


async def test_a_reply_to_a_closed_case_never_reaches_the_only_open_one(bed: TestBed) -> None:
    first, reference = await message_of_first_client(bed)

    await bed.deliver(COUNSELLOR, Text("rahasia pertama", reply_to=reference))

    assert not any("rahasia pertama" in text for text in bed.heard(OTHER_CLIENT) + bed.heard(CLIENT))
    assert first.code in bed.last(COUNSELLOR).text
    assert "belum dikirim" in bed.last(COUNSELLOR).text


async def test_the_same_words_said_again_open_the_closed_case(bed: TestBed) -> None:
    _, reference = await message_of_first_client(bed)

    await bed.deliver(COUNSELLOR, Text("rahasia pertama", reply_to=reference))
    await bed.say(COUNSELLOR, "rahasia pertama")

    assert bed.last(CLIENT).text.endswith("rahasia pertama")
    assert not any("rahasia pertama" in text for text in bed.heard(OTHER_CLIENT))


async def test_a_reply_to_a_closed_case_that_cannot_be_opened_says_so(bed: TestBed) -> None:
    _, reference = await message_of_first_client(bed)
    await send_intake(bed, CLIENT)

    await bed.deliver(COUNSELLOR, Text("rahasia pertama", reply_to=reference))

    assert "tidak dikirim ke siapa pun" in bed.last(COUNSELLOR).text
    assert not any("rahasia pertama" in text for text in bed.heard(OTHER_CLIENT) + bed.heard(CLIENT))


async def test_a_reply_to_something_unknown_is_not_sent_even_with_one_case(bed: TestBed) -> None:
    _, case = await accepted_case(bed)

    await bed.deliver(COUNSELLOR, Text("entah", reply_to="999"))

    assert "belum dikirim" in bed.last(COUNSELLOR).text
    assert not any("entah" in text for text in bed.heard(CLIENT))
    await bed.tap(COUNSELLOR, f"↩ {case.code}")
    await bed.say(COUNSELLOR, "halo")
    assert bed.last(CLIENT).text.endswith("halo")


async def test_words_for_a_case_that_was_erased_meanwhile_reach_nobody_else(bed: TestBed) -> None:
    await accepted_case(bed)
    await send_intake(bed, OTHER_CLIENT)
    await bed.tap(COUNSELLOR, "Terima")
    other = await case_of(bed, OTHER_CLIENT)
    await bed.tap(COUNSELLOR, f"↩ {other.code}")
    await bed.say(OTHER_CLIENT, "hapus")
    await bed.tap(OTHER_CLIENT, "Ya, hapus")

    await bed.say(COUNSELLOR, "untuk yang kedua")

    assert "belum dikirim" in bed.last(COUNSELLOR).text
    assert not any("untuk yang kedua" in text for text in bed.heard(CLIENT))


@pytest.mark.parametrize(
    "text",
    ["kata " * 799 + "akhir", "\n".join("abcdefghij"[place % 10] for place in range(1_900)), "🌱" * 3_990],
    ids=["words", "lines", "wide"],
)
async def test_every_piece_of_a_long_message_stands_under_its_label(bed: TestBed, text: str) -> None:
    _, case = await accepted_case(bed)
    before = len(bed.heard(COUNSELLOR)), len(bed.heard(CLIENT))

    await bed.say(CLIENT, text)
    await bed.say(COUNSELLOR, text)

    label, *quoted = "\n".join(bed.heard(COUNSELLOR)[before[0] :]).splitlines()
    assert label == f"Klien {case.code}:"
    assert all(line.startswith("│ ") or line == label for line in quoted)
    said = [line.removeprefix("│ ") for line in quoted if line != label]
    assert "".join(said).replace(" ", "") == "".join(text.split())
    heard = bed.heard(CLIENT)[before[1] :]
    assert all(piece.startswith("BNN Kota Kendari:\n") for piece in heard)
    assert "".join("".join(piece.split("\n", 1)[1].split()) for piece in heard) == "".join(text.split())
