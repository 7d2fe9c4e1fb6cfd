"""Content as a whole: ways that end, wording in all languages, words that command, and the real content."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.content import SENTENCES, Content, fingerprint, read_content
from bot.dialogue.flow import Kind
from bot.dialogue.script import RETURN, Command
from bot.steps import ContentError
from storage.shipped.library import read_library
from tests.bot.dialogue.talk import name_place, small_content, small_files

ROOT = Path(__file__).parents[2]

TEXTS = ("texts/id.toml", "texts/en.toml")
SAID = re.compile(r"""(?:\bsay|\bnote|system_button|phrase)\w*\([^"'\n]*?["']([a-z_0-9]+)["']""")
WORDS_OF_THE_FIRST_SCREEN = 60


def _replaced(path: str, old: str, new: str) -> dict[str, str]:
    text = small_files()[path]
    assert old in text
    return {path: text.replace(old, new)}


def _real() -> Content:
    return read_content(read_library(), "id", name_place)


def test_good_content_has_nothing_to_find() -> None:
    content = small_content()

    assert content.findings == ()
    assert content.script.languages == ("id", "en")
    assert content.script.say("too_long", "en", limit=7) == "At most 7 letters."


def test_the_help_card_names_every_contact_that_holds_everywhere_in_each_language() -> None:
    script = small_content().script

    assert script.say("emergency_card", "id").endswith("• 000: gawat darurat\n• bantuan.example: konseling")
    assert script.say("emergency_card", "en").endswith("• 000: emergency\n• bantuan.example: counselling")


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("flows/menu.toml", 'goes = "family"', 'goes = "moon"', "flows/menu.toml: start.relative leads to 'moon'"),
        ("flows/intake.toml", 'then = "waiting"', 'then = "moon"', "then leads to 'moon', which is not a flow; write"),
        ("flows/mydata.toml", "show_data", "show_all", "flows/mydata.toml: wish: 'show_all' is not an action; known"),
        ("flows/family.toml", 'then = "menu"', "", "flows/family.toml: ends without a question; set `then`"),
        ("flows/family.toml", 'then = "menu"', 'then = "family"', "flows/family.toml: ends without a question"),
        ("flows/family.toml", "tell =", "tell", "flows/family.toml: not valid TOML"),
        ("texts/id.toml", 'skipped = "dilewati"', "", "texts/id.toml: [phrases] skipped is missing"),
        ("texts/id.toml", 'menu = ["menu"]', 'menus = ["menu"]', "[commands] 'menus' is not a command; known are"),
        (
            "texts/id.toml",
            'menu = ["menu"]',
            'menu = ["mulai"]',
            "'mulai' already means another command; keep it in one",
        ),
        ("texts/id.toml", '"ya", "iya"', '"ya", "tidak"', "[yes_no] 'tidak' means both yes and no; keep it in one"),
        (
            "texts/id.toml",
            '"ya", "iya"',
            '"ya", "lanjut"',
            "[yes_no] 'lanjut' is a command word as well; keep it in one",
        ),
        ("texts/id.toml", 'no = ["tidak", "nggak", "bukan"]', "", "texts/id.toml: [yes_no] needs yes = [...] and no"),
        (
            "flows/intake.toml",
            "Saya setuju",
            "Lanjut",
            "flow.intake.consent: the label 'Lanjut' is a command word; use",
        ),
        ("safety.toml", 'places = "all"', "places = []", "safety.toml: at least two contacts must hold"),
        (
            "danger/suicide.toml",
            'severity = "high"',
            'severity = "low"',
            "danger/suicide: rule wish-to-die: needs severity",
        ),
    ],
)
def test_content_that_would_leave_somebody_stuck_is_refused(path: str, old: str, new: str, said: str) -> None:
    with pytest.raises(ContentError) as refused:
        small_content(_replaced(path, old, new))

    assert said in str(refused.value)


@pytest.mark.parametrize("missing", ["flows/menu.toml", "flows/erase.toml", "texts/id.toml", "safety.toml"])
def test_a_missing_file_is_named(missing: str) -> None:
    files = {path: text for path, text in small_files().items() if path != missing}

    with pytest.raises(ContentError, match=re.escape(missing)):
        read_content(files, "id", name_place)


def test_a_command_without_a_word_is_named() -> None:
    changed = {path: re.sub(r"(?m)^pause = .*$", "", small_files()[path]) for path in TEXTS}

    with pytest.raises(ContentError, match=r"no word for 'pause'; add pause = \[...\]"):
        small_content(changed)


@pytest.mark.parametrize("file", ["words.toml", "concepts.toml", "model.json", "overdose.toml"])
def test_without_any_part_of_the_detector_the_service_does_not_run(file: str) -> None:
    files = {path: text for path, text in small_files().items() if path != f"danger/{file}"}

    with pytest.raises(ContentError, match="the service does not run without it"):
        read_content(files, "id", name_place)


@pytest.mark.parametrize(
    ("path", "old", "new", "what"),
    [
        ("flows/intake.toml", "Berapa usiamu?", "Usiamu berapa?", "made from another wording; read it again"),
        ("texts/en.toml", 'choices.young = "18-24 years"\n', "", "choice 'young' not translated"),
        ("texts/en.toml", "choices.young", "choices.younger", "choice 'younger' does not exist"),
        ("texts/en.toml", 'short = "Age"\n', "", "short not translated"),
        (
            "texts/en.toml",
            "[flow.family.welcome]",
            "[flow.family.hello]",
            "translates flow.family.hello, which does not",
        ),
        ("texts/en.toml", "[flow.family.welcome]", "[flow.moon.welcome]", "translates flow.moon, which does not exist"),
        ("texts/en.toml", "[flow.family.welcome]", "[flow.moon.welcome]", "not translated"),
        ("texts/en.toml", 'skipped = "skipped"', "", "phrase 'skipped' not translated"),
        ("texts/en.toml", 'skipped = "skipped"', 'skipped = "skipped"\nmore = "x"', "phrase 'more' is not used"),
        ("texts/en.toml", "{limit}", "{most}", "phrase 'too_long' has other placeholders than in id"),
    ],
)
def test_a_stale_or_missing_translation_is_found_and_stops_nothing(path: str, old: str, new: str, what: str) -> None:
    findings = small_content(_replaced(path, old, new)).findings

    found = [finding for finding in findings if what in finding.what]
    assert found
    assert found[0].where.startswith("texts/en.toml")
    assert not any(finding.stops for finding in findings)


def test_what_is_not_translated_is_said_in_the_first_language() -> None:
    script = small_content(_replaced("texts/en.toml", 'skipped = "skipped"', "")).script

    assert script.say("skipped", "en") == "dilewati"


def test_a_fingerprint_changes_with_every_part_of_the_wording() -> None:
    changes = (("Berapa usiamu?", "Umur?"), ('short = "Usia"', 'short = "Umur"'), ("18-24 tahun", "18-25 tahun"))
    steps = [small_content(_replaced("flows/intake.toml", *change)).script for change in changes]

    prints = {fingerprint(script.flow("intake", "id").by_id["age_band"]) for script in steps}

    assert len(prints | {fingerprint(small_content().script.flow("intake", "id").by_id["age_band"])}) == 4


def test_the_real_content_has_nothing_to_find() -> None:
    assert _real().findings == ()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_first_screen_is_short(language: str) -> None:
    (step,) = _real().script.flow("menu", language).steps

    assert len(step.text.split()) <= WORDS_OF_THE_FIRST_SCREEN
    assert len(step.choices) <= 5


def test_both_languages_say_the_same_things_with_the_same_placeholders() -> None:
    phrases = _real().script.phrases

    assert _shape(phrases["id"]) == _shape(phrases["en"])


def test_every_sentence_the_code_names_exists() -> None:
    phrases = _real().script.phrases["id"]
    named = {name for folder in ("bot", "handlers", "channels") for name in _named_in(ROOT / folder)}

    assert named >= {"welcome_back", "cannot_skip", "old_button"}
    assert named - phrases.keys() == set()


def test_every_sentence_of_the_conversation_is_asked_of_content() -> None:
    assert _named_in(ROOT / "bot" / "dialogue") - SENTENCES == set()


def test_labels_are_short_enough_to_stand_on_a_button_whole() -> None:
    labels = {
        one.label
        for flows in _real().script.flows.values()
        for flow in flows.values()
        for step in flow.steps
        for one in step.choices
    }

    assert {label for label in labels if len(label) > 40} == set()


def test_no_two_choices_of_a_question_carry_the_same_label() -> None:
    for flow in (flow for flows in _real().script.flows.values() for flow in flows.values()):
        for step in flow.steps:
            labels = [choice.label.casefold() for choice in step.choices]
            assert len(set(labels)) == len(labels), f"{flow.id}.{step.id}"


def test_every_detour_has_a_way_back_on_the_screen() -> None:
    flows = _real().script.flows["id"]

    for name in ("language", "mydata", "erase"):
        assert any(choice.goes == RETURN for step in flows[name].steps for choice in step.choices), name


def test_every_way_that_completes_an_intake_ends_with_a_card_or_a_unit() -> None:
    kinds = [step.kind for step in _real().script.flow("intake", "id").steps]

    assert kinds[-1] is Kind.REVIEW


def test_every_command_has_a_word_for_slash_menus() -> None:
    commands = _real().script.commands

    for command in Command:
        assert any(re.fullmatch(r"[a-z]+", word) for word, meant in commands.items() if meant is command), command


def _shape(phrases: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: sorted(set(re.findall(r"\{(\w+)\}", text))) for name, text in phrases.items()}


def _named_in(folder: Path) -> set[str]:
    return {name for path in folder.rglob("*.py") for name in SAID.findall(path.read_text())}
