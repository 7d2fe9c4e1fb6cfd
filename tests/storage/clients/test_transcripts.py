"""What the web page shows again: newest lines, growing revisions, marks of what was seen."""

from bot.dialogue.buttons import sign
from bot.dialogue.effects import Button
from bot.ports import Key, Outgoing
from storage.casework import cases, chats
from storage.clients import people, transcripts
from storage.clients.people import ClientId
from storage.database import Database
from storage.transaction import Work


def _welcome(work: Work) -> ClientId:
    return people.welcome(work, b"h" * 16, "webchat", "abc", "id")


async def test_only_the_newest_lines_are_kept_in_order(store: Database) -> None:
    def step(work: Work) -> list[str]:
        client_id = _welcome(work)
        for number in range(transcripts.KEPT_LINES + 3):
            transcripts.add_mine(work, client_id, str(number))
        return [line.text for line in transcripts.load_transcript(work, client_id).lines]

    assert await store.write(step) == [str(number) for number in range(3, transcripts.KEPT_LINES + 3)]


def _question(text: str, key: str = "substances") -> Outgoing:
    keys = [
        Key(sign(b"secret", b"person", Button("intake", key, choice, choice)), choice) for choice in ("satu", "dua")
    ]
    return Outgoing(text, (*keys, Key(sign(b"secret", b"person", Button("sys", "sys", "menu", "Menu")), "Menu")))


async def test_a_line_in_the_place_of_another_is_a_change_too(store: Database) -> None:
    def step(work: Work) -> list[object]:
        client_id = _welcome(work)
        transcripts.add_ours(work, client_id, _question("pilih"))
        before = transcripts.latest_revision(work, client_id)
        transcripts.add_ours(work, client_id, _question("pilih: satu"), replace=True)
        transcripts.add_mine(work, client_id, "dua")
        transcripts.add_ours(work, client_id, _question("pilih: dua"), replace=True)
        shown = transcripts.load_transcript(work, client_id)
        return [[line.text for line in shown.lines], shown.revision > before]

    assert await store.write(step) == [["pilih: dua"], True]


async def test_a_line_takes_the_place_of_its_own_question_only(store: Database) -> None:
    def step(work: Work) -> list[str]:
        client_id = _welcome(work)
        transcripts.add_ours(work, client_id, _question("zat apa"))
        transcripts.add_ours(work, client_id, Outgoing("BNNK: kami di sini"))
        transcripts.add_ours(work, client_id, _question("umur", "age_band"))
        transcripts.add_mine(work, client_id, "sebentar")
        transcripts.add_mine(work, client_id, "satu")
        transcripts.add_ours(work, client_id, _question("zat apa: satu"), replace=True)
        return [line.text for line in transcripts.load_transcript(work, client_id).lines]

    assert await store.write(step) == ["BNNK: kami di sini", "umur", "sebentar", "zat apa: satu"]


async def test_lines_a_closed_page_has_not_shown_are_kept_longer_but_not_without_end(store: Database) -> None:
    def step(work: Work) -> list[int]:
        client_id = _welcome(work)

        def say(times: int) -> int:
            for _ in range(times):
                transcripts.add_ours(work, client_id, Outgoing("kabar"))
            return len(transcripts.load_transcript(work, client_id).lines)

        counts = [say(45), say(transcripts.MOST_LINES)]
        transcripts.mark_seen(work, client_id, transcripts.latest_revision(work, client_id))
        return [*counts, say(1)]

    assert await store.write(step) == [45, transcripts.MOST_LINES, transcripts.KEPT_LINES]


async def test_a_button_is_known_by_its_token_while_it_is_shown(store: Database) -> None:
    def step(work: Work) -> list[str | None]:
        client_id = _welcome(work)
        transcripts.add_ours(work, client_id, Outgoing("pilih", (Key("token", "Ya"),)))
        return [transcripts.label_of(work, client_id, token) for token in ("token", "other")]

    assert await store.write(step) == ["Ya", None]


async def test_showing_the_page_marks_the_words_of_a_counsellor_as_seen(store: Database) -> None:
    def step(work: Work) -> list[object]:
        client_id = _welcome(work)
        case = cases.open_case(work, client_id, "unit", "intake", {})
        said = chats.add_message(work, case, chats.Side.COUNSELLOR, "halo")
        transcripts.add_ours(work, client_id, Outgoing("halo"), message_id=said.id)
        marked = [
            transcripts.mark_seen(work, client_id, transcripts.latest_revision(work, client_id)) for _ in range(2)
        ]
        return [*marked, chats.load_chat(work, case)[0].delivery]

    assert await store.write(step) == [True, False, chats.Delivery.SEEN]
