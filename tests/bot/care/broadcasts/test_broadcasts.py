"""Nobody is reached who did not ask for it, nobody is singled out, and nothing unfit is sent."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.broadcasts.audience import Audience, Group, NewsWishes, Stage, Topic, is_whole, lies_in, refuse, wants
from bot.care.broadcasts.content import (
    MOST_CHARS,
    MOST_DESCRIPTION_CHARS,
    Content,
    Flaw,
    Illustration,
    Words,
    find_faults,
    tidy,
    write_out,
)
from bot.care.broadcasts.crowd import is_too_close, is_too_small, round_down
from bot.care.broadcasts.gates import Person, Skipped, Wait, decide
from bot.care.broadcasts.report import reckon_left
from bot.care.plainness import read_plainness

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
AVOIDED = read_plainness({"avoid": [{"words": "pecandu*", "instead": "orang yang memakai"}]}).avoided

people = st.frozensets(st.integers(0, 60).map(lambda number: bytes([number])))
wishes = st.builds(
    NewsWishes,
    topics=st.frozensets(st.sampled_from(Topic)),
    refused=st.frozensets(st.sampled_from(Topic)),
    is_relative=st.booleans(),
    area=st.sampled_from((None, "32", "32.73", "32.7", "74.71")),
)
audiences = st.builds(
    Audience,
    st.sampled_from(Group),
    st.none() | st.sampled_from(Topic),
    st.sampled_from(((), ("32",), ("32.73",), ("74", "32.73"))),
    st.none() | st.sampled_from(Stage),
)
stages = st.none() | st.sampled_from([stage.value for stage in Stage])


@given(audiences, wishes, stages)
def test_only_who_asked_for_the_topic_and_did_not_refuse_it_is_reached(
    audience: Audience, chosen: NewsWishes, stage: str | None
) -> None:
    if wants(audience, chosen, stage):
        assert audience.topic in chosen.topics
        assert audience.topic not in chosen.refused


@given(audiences, wishes, stages)
def test_a_no_holds_whatever_the_audience(audience: Audience, chosen: NewsWishes, stage: str | None) -> None:
    for topic in Topic:
        assert not (wants(audience, refuse(chosen, topic), stage) and audience.topic is topic)


@given(audiences, wishes, stages)
def test_staff_are_never_found_among_people(audience: Audience, chosen: NewsWishes, stage: str | None) -> None:
    if audience.group in (Group.AGENTS, Group.STAFF):
        assert not wants(audience, chosen, stage)


def test_nothing_else_than_these_four_can_be_asked_of_a_person() -> None:
    assert [field.name for field in fields(Audience)] == ["group", "topic", "regions", "stage"]


@pytest.mark.parametrize(
    ("area", "regions", "inside"),
    [
        ("32.73", ("32",), True),
        ("32.73", ("32.73",), True),
        ("32", ("32.73",), False),
        ("32.73", ("32.7",), False),
        ("74.71", ("32", "74"), True),
        (None, ("32",), False),
        (None, (), True),
    ],
)
def test_a_place_lies_in_what_is_around_it(area: str | None, regions: tuple[str, ...], *, inside: bool) -> None:
    assert lies_in(area, regions) is inside


@pytest.mark.parametrize(
    ("audience", "whole"),
    [
        (Audience(Group.CLIENTS), False),
        (Audience(Group.CLIENTS, Topic.TRAINING, stage=Stage.REFERRED), True),
        (Audience(Group.RELATIVES, Topic.TRAINING, stage=Stage.REFERRED), False),
        (Audience(Group.STAFF), True),
        (Audience(Group.AGENTS, Topic.TRAINING), False),
    ],
)
def test_people_need_a_topic_and_staff_have_none(audience: Audience, *, whole: bool) -> None:
    assert is_whole(audience) is whole


@given(people, st.lists(people, max_size=4), st.integers(2, 25))
def test_two_broadcasts_that_are_both_let_through_differ_by_nobody_or_by_enough(
    reached: frozenset[bytes], others: list[frozenset[bytes]], smallest: int
) -> None:
    if not is_too_close(reached, others, smallest):
        assert all(reached == other or len(reached ^ other) >= smallest for other in others)


@given(st.integers(0, 5_000))
def test_a_count_is_never_more_than_it_is_and_less_by_under_ten(count: int) -> None:
    assert 0 <= count - round_down(count, 0) < 10


def test_a_group_that_may_be_written_to_is_never_told_as_nobody() -> None:
    assert [round_down(people, 5) for people in (5, 9, 10, 27)] == [5, 5, 10, 20]


def test_nineteen_are_too_few_and_twenty_are_not() -> None:
    assert is_too_small(19, 20)
    assert not is_too_small(20, 20)


@pytest.mark.parametrize(
    ("person", "decided"),
    [
        (Person(wants=True, is_busy=False, received=1, may_come_at=NOW), None),
        (Person(wants=False, is_busy=False, received=0, may_come_at=NOW), Skipped.NO_LONGER),
        (Person(wants=True, is_busy=False, received=2, may_come_at=NOW), Skipped.ENOUGH),
        (Person(wants=True, is_busy=True, received=0, may_come_at=NOW), Wait(LATER)),
        (Person(wants=True, is_busy=False, received=0, may_come_at=LATER), Wait(LATER)),
    ],
)
def test_one_person_gets_it_now_later_or_not(person: Person, decided: Wait | Skipped | None) -> None:
    assert decide(person, NOW, LATER, 2) == decided


def flaws(content: Content) -> set[Flaw]:
    """List what is wrong with a content."""
    return {fault.flaw for fault in find_faults(tidy(content), "id", AVOIDED)}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (Content(), {Flaw.NO_TEXT}),
        (Content({"en": Words("Hello")}), {Flaw.NO_TEXT}),
        (Content({"id": Words("  ")}), {Flaw.NO_TEXT}),
        (Content({"id": Words("x" * (MOST_CHARS + 1))}), {Flaw.LONG}),
        (Content({"id": Words("Untuk para pecandu.")}), {Flaw.AVOIDED}),
        (Content({"id": Words("Halo", ("pecandu",))}), {Flaw.AVOIDED}),
        (Content({"id": Words("Halo\u202eolah")}), {Flaw.HIDING}),
        (Content({"id": Words("Halo", ("a", "a"))}), {Flaw.CHOICES}),
        (Content({"id": Words("Halo", ("a", "b", "c", "d", "e"))}), {Flaw.CHOICES}),
        (Content({"id": Words("Halo", ("a", ""))}), {Flaw.CHOICES}),
        (Content({"id": Words("Halo", ("a",)), "en": Words("Hi")}), {Flaw.CHOICES}),
        (Content({"id": Words("Halo")}, "http://example.org"), {Flaw.LINK}),
        (Content({"id": Words("Halo")}, "https://nama@example.org"), {Flaw.LINK}),
        (Content({"id": Words("Halo")}, "https://example.org:8443/a"), {Flaw.LINK}),
        (Content({"id": Words("Halo")}, "https://example.org/a b"), {Flaw.LINK}),
        (Content({"id": Words("Halo")}, "https://example.org/daftar?x=1"), set()),
        (Content({"id": Words("Halo", ("Ya", "Tidak")), "en": Words("Hi", ("Yes", "No"))}), set()),
    ],
)
def test_what_is_wrong_with_a_content_is_said(content: Content, found: set[Flaw]) -> None:
    assert flaws(content) == found


def shown(**descriptions: str) -> Content:
    """Make a content in two languages with a picture."""
    return Content({"id": Words("Halo"), "en": Words("Hello")}, picture=Illustration("f" * 64, descriptions))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (shown(id="Mesin jahit", en="A sewing machine"), set()),
        (shown(id="Mesin jahit"), {Flaw.DESCRIPTION}),
        (shown(id="Mesin jahit", en="  "), {Flaw.DESCRIPTION}),
        (shown(id="x" * MOST_DESCRIPTION_CHARS, en="x"), set()),
        (shown(id="x" * (MOST_DESCRIPTION_CHARS + 1), en="x"), {Flaw.DESCRIPTION}),
        (shown(id="Seorang pecandu", en="x"), {Flaw.AVOIDED}),
        (shown(id="Mesin\u202ejahit", en="x"), {Flaw.HIDING}),
        (Content({"id": Words("Halo")}, picture=Illustration("f" * 64, {"id": "Mesin jahit"})), set()),
    ],
)
def test_what_a_picture_shows_is_said_in_every_language_as_kindly_as_the_words(
    content: Content, found: set[Flaw]
) -> None:
    assert flaws(content) == found


def test_what_a_picture_shows_is_said_in_the_language_of_the_words() -> None:
    content = Content({"id": Words("Halo")}, picture=Illustration("f" * 64, {"id": "Mesin jahit", "en": "Machine"}))

    assert (content.describe("id", "id"), content.describe("en", "id")) == ("Mesin jahit", "Mesin jahit")
    assert Content({"id": Words("Halo")}).describe("id", "id") == ""


def test_words_about_no_picture_are_not_kept_and_others_stand_on_one_line() -> None:
    words = {"id": Words("Halo")}

    assert tidy(Content(words, picture=Illustration("", {"id": "Mesin"}))).picture is None
    assert tidy(
        Content(words, picture=Illustration("f", {"id": " Mesin\n jahit ", "en": " "}))
    ).picture == Illustration("f", {"id": "Mesin jahit"})


def test_a_language_that_was_not_written_falls_back_to_the_first() -> None:
    content = Content({"id": Words("Halo"), "en": Words("Hello")}, "https://example.org")

    assert write_out(content, "en", "id") == "Hello\n\nhttps://example.org"
    assert write_out(content, "jv", "id") == "Halo\n\nhttps://example.org"


def test_the_time_left_is_never_nothing_while_anybody_waits() -> None:
    assert reckon_left(0, 30) == 0
    assert reckon_left(1, 30) == 1
    assert reckon_left(3_000, 30) == 100
