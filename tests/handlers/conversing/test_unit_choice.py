"""How somebody comes to a unit: what is offered, wished, avoided and known of free places."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.care.units.listing import Listing
from bot.care.units.unit import Particulars
from bot.dialogue.effects import LookUp
from bot.dialogue.events import Found
from bot.dialogue.flow import Answer
from handlers.conversing.unit_choice import choose_unit, may_be_sent, monday_of
from storage.casework import vacancies
from storage.casework.vacancies import Vacancy
from storage.team import staffing
from storage.team.staffing import Role
from storage.transaction import Work
from tests.handlers.walking import CLIENT, COUNSELLOR, INTAKE, KENDARI, SULTRA, case_of, in_world, tick
from tests.worlds import TestBed, config_in, open_test_bed

MANDONGA = "74.71.02"


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[TestBed]:
    """A world whose database hardly matters here: what is stored is tested beside the store."""
    async with open_test_bed(config_in(tmp_path)) as opened:
        yield opened


async def choose(bed: TestBed, asked: LookUp) -> Found:
    return await in_world(bed, lambda work: choose_unit(work, bed.world, asked))


async def units(bed: TestBed, place: str, language: str = "id", **known: Answer) -> Found:
    return await choose(bed, LookUp("units", "unit", language, {"area": place, **known}))


async def typed(bed: TestBed, text: str, **known: Answer) -> Found:
    return await choose(bed, LookUp("units", "unit", "id", {"area": MANDONGA, **known}, text=text))


async def regions(bed: TestBed, **asked: object) -> Found:
    return await choose(bed, LookUp("regions", "avoided", "id", {"area": MANDONGA}, **asked))  # type: ignore[arg-type]  # each test names its own


def ids(found: Found) -> list[str]:
    return [offer.id for offer in found.offers]


def say_of(bed: TestBed, **said: Particulars) -> None:
    """Let units say something about themselves; a hyphen is written as an underscore."""
    told = {name.replace("_", "-"): one for name, one in said.items()}
    directory = bed.world.units
    directory.exchange(Listing(dict(directory.items()), {**directory.particulars, **told}))


async def say_places(bed: TestBed, unit_id: str, places: int) -> None:
    def step(work: Work) -> None:
        member = staffing.add_staff(work, Role.UNIT_HEAD, unit_id, "Kak Contoh")
        monday = monday_of(bed.world.units[unit_id], work.now)
        vacancies.save_vacancy(work, unit_id, Vacancy(monday, places, member.id))

    await in_world(bed, step)


async def test_each_unit_says_how_to_get_there(bed: TestBed) -> None:
    text = (await units(bed, "74.07.01")).text

    assert "dari Wangi-Wangi, Kabupaten Wakatobi" in text
    assert "1. BNN Kota Baubau dan klinik · sekitar 6 jam dengan menunggu: kapal cepat 3,5 jam ke Baubau" in text


async def test_two_towns_about_as_far_are_both_named_with_their_way(bed: TestBed) -> None:
    kambowa = next(area.code for area in bed.world.gazetteer.children("74.10") if area.name == "Kambowa")

    assert "hampir sama jauhnya" in (await units(bed, kambowa)).text


async def test_where_no_way_is_sensible_that_is_said(bed: TestBed) -> None:
    text = (await units(bed, "93.01.01")).text

    assert "belum ada unit yang wajar dicapai dalam sehari" in text
    assert all(way_out in text for way_out in ("lewat obrolan ini", "BNN 184", "di tempat lain"))
    assert "jalannya belum kami ketahui" in text


async def test_where_no_way_is_sensible_another_place_is_one_tap_or_its_words_away(bed: TestBed) -> None:
    mandobo = {"area": "93.02.01"}
    tapped = await choose(bed, LookUp("units", "unit", "id", mandobo, picked="_other_place"))
    said = await choose(bed, LookUp("units", "unit", "id", mandobo, text="cari di tempat lain"))

    assert ids(await units(bed, "93.02.01"))[-1] == "_other_place"
    assert "_other_place" not in ids(await units(bed, MANDONGA))
    assert (tapped.opens, said.opens) == ("area", "area")


async def test_who_searches_in_another_place_is_asked_for_it_and_then_offered_what_is_near_there(bed: TestBed) -> None:
    await bed.say(CLIENT, *INTAKE[:4], "distrik mandobo boven digoel", *INTAKE[5:-1])
    assert "belum ada unit yang wajar" in bed.last(CLIENT).text

    await bed.say(CLIENT, "cari di tempat lain")
    assert bed.last(CLIENT).text.startswith("Kamu tinggal di daerah mana?")

    await bed.say(CLIENT, "kec mandonga kendari")
    assert bed.last(CLIENT).text.startswith("Unit yang paling mudah dicapai dari Mandonga")


async def test_who_wants_to_go_there_sees_every_service_and_who_wants_an_answer_only_those_that_answer(
    bed: TestBed,
) -> None:
    kemaraya = {"area": "74.71.02"}
    going = await choose(bed, LookUp("directory", "unit", "id", kemaraya))
    asking = await choose(bed, LookUp("units", "unit", "id", kemaraya))

    assert "datang langsung, belum bisa lewat obrolan" in going.text
    assert all(bed.world.units[name].takes_handoffs for name in ids(asking) if not name.startswith("_"))


async def test_a_unit_that_closed_is_not_taken_from_an_old_button(bed: TestBed) -> None:
    closed = next(unit for unit in bed.world.units.values() if not unit.active)
    found = await choose(bed, LookUp("directory", "unit", "id", {"area": "31.72.05"}, picked=closed.id))

    assert found.settled is None


async def test_under_the_units_stands_a_way_to_say_what_is_wished(bed: TestBed) -> None:
    found = await units(bed, MANDONGA)

    assert ids(found)[-1] == "_wishes"
    assert (await choose(bed, LookUp("units", "unit", "id", {"area": MANDONGA}, picked="_wishes"))).opens == "wishes"
    assert (await typed(bed, "saring")).opens == "wishes"


async def test_what_is_wished_stands_above_the_units_and_what_is_unknown_beside_them(bed: TestBed) -> None:
    say_of(bed, bnnk_kolaka=Particulars(women_counsellor=True), bnnp_sultra=Particulars(women_counsellor=False))

    found = await units(bed, MANDONGA, wishes=("women",))

    assert "Saringan: konselor perempuan." in found.text
    assert ids(found)[:2] == ["bnnk-kolaka", KENDARI]
    assert SULTRA not in ids(found)
    assert "belum diketahui" not in next(line for line in found.text.splitlines() if line.startswith("1. "))
    assert found.text.count("konselor perempuan: belum diketahui") == 2
    assert ids(found)[-2:] == ["_wishes", "_no_wishes"]


async def test_it_reads_the_same_in_english(bed: TestBed) -> None:
    found = await units(bed, MANDONGA, "en", wishes=("women",))

    assert "Filter: a woman counsellor." in found.text
    assert "a woman counsellor: not known yet" in found.text
    assert [offer.label for offer in found.offers][-2:] == ["Change the filter", "No filter"]


async def test_wishes_are_taken_back_with_one_tap(bed: TestBed) -> None:
    known: dict[str, Answer] = {"area": MANDONGA, "wishes": ("women",)}
    found = await choose(bed, LookUp("units", "unit", "id", known, picked="_no_wishes"))

    assert found.also == {"wishes": ()}
    assert "Saringan" not in found.text


@pytest.mark.parametrize(
    ("words", "wish"), [("konselor perempuan", "women"), ("gratis", "free"), ("rawat inap", "inpatient")]
)
async def test_a_wish_may_simply_be_typed(bed: TestBed, words: str, wish: str) -> None:
    found = await typed(bed, words, wishes=("youth",))

    assert found.also == {"wishes": ("youth", wish)}


async def test_typed_names_and_numbers_still_mean_units(bed: TestBed) -> None:
    assert (await typed(bed, "BNN Kota Kendari")).settled == KENDARI
    assert (await typed(bed, "1")).settled == KENDARI


async def test_where_nothing_fits_that_is_said_with_a_way_to_loosen_it(bed: TestBed) -> None:
    found = await units(bed, "93.01.01", wishes=("within_60",))

    assert found.text.startswith("Belum ada unit di daftar kami yang cocok dengan saringan ini: paling jauh satu jam.")
    assert ids(found) == ["_wishes", "_no_wishes", "_other_place"]


async def test_a_region_to_avoid_is_tapped_or_typed_and_named(bed: TestBed) -> None:
    assert ids(await regions(bed))[0] == "74.71"
    assert (await regions(bed, picked="74.01")).settled == "74.01"
    assert (await regions(bed, text="kendari")).settled == "74.71"
    assert (await regions(bed, text="mandonga")).settled == "74.71"
    assert ids(await regions(bed, text="zzzz")) == ids(await regions(bed))

    found = await units(bed, MANDONGA, wishes=("elsewhere",), avoided="74.71")

    assert "jangan di Kota Kendari, Sulawesi Tenggara" in found.text
    assert not any(bed.world.units[name].area.startswith("74.71") for name in ids(found) if not name.startswith("_"))


async def test_who_is_passed_on_unasked_is_kept_from_what_they_avoid(bed: TestBed) -> None:
    say_of(bed, bnnp_sultra=Particulars(women_counsellor=False))
    kendari, sultra = bed.world.units[KENDARI], bed.world.units[SULTRA]

    assert may_be_sent(bed.world, {}, sultra)
    assert not may_be_sent(bed.world, {"wishes": ("women",)}, sultra)
    assert may_be_sent(bed.world, {"wishes": ("women",)}, kendari)
    assert not may_be_sent(bed.world, {"wishes": ("elsewhere",), "avoided": "74.71"}, kendari)
    assert may_be_sent(bed.world, {"wishes": ("open_now",), "avoided": "74.71"}, kendari)


async def test_free_places_are_told_while_their_week_lasts(bed: TestBed) -> None:
    await say_places(bed, KENDARI, 3)

    assert "minggu ini ada 3 tempat" in (await units(bed, MANDONGA)).text
    bed.clock.now += timedelta(days=6, hours=13, minutes=59)
    assert "minggu ini ada 3 tempat" in (await units(bed, MANDONGA)).text
    bed.clock.now += timedelta(minutes=1)
    assert "minggu ini" not in (await units(bed, MANDONGA)).text


async def test_a_full_unit_says_so_and_gives_way_to_one_about_as_near(bed: TestBed) -> None:
    assert ids(await units(bed, MANDONGA))[:2] == [KENDARI, SULTRA]

    await say_places(bed, KENDARI, 0)

    found = await units(bed, MANDONGA)
    assert ids(found)[:2] == [SULTRA, KENDARI]
    assert "minggu ini penuh; kamu tetap boleh menghubungi" in found.text


async def test_a_new_directory_is_seen_whole_by_who_looks_through_the_old_one(bed: TestBed) -> None:
    directory = bed.world.units
    looking = directory.items()
    closed = replace(directory[KENDARI], active=False)

    directory.exchange(Listing({KENDARI: closed}, {}))

    assert dict(looking)[KENDARI].active
    assert (len(directory), list(directory), directory[KENDARI].active) == (1, [KENDARI], False)


async def test_wishes_lengthen_no_intake_and_reach_the_counsellor_with_the_way(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, *INTAKE[:-1])
    assert bed.last(CLIENT).text.startswith("Unit yang paling mudah dicapai")

    await bed.say(CLIENT, "saring", "konselor perempuan, jangan di daerah tertentu")
    assert bed.last(CLIENT).text.startswith("Daerah mana yang kamu hindari?")
    await bed.say(CLIENT, "konawe", "1")
    card = bed.last(CLIENT).text
    assert "• Keinginan: Konselor perempuan, Jangan di daerah tertentu" in card
    assert "• Jangan di: Kabupaten Konawe, Sulawesi Tenggara" in card

    await bed.tap(CLIENT, "Kirim")
    await bed.tap(COUNSELLOR, "Terima")

    seen = bed.last(COUNSELLOR).text
    assert "• Keinginan: Konselor perempuan, Jangan di daerah tertentu" in seen
    assert "• Jalan ke unit: sekitar" in seen


async def test_a_request_nobody_takes_is_not_passed_on_to_where_the_client_does_not_want_to_be(bed: TestBed) -> None:
    await bed.counsellor("2003", "bnnk-kolaka")
    await bed.say(CLIENT, *INTAKE[:-1], "saring", "jangan di daerah tertentu", "kolaka", "1")
    await bed.tap(CLIENT, "Kirim")

    bed.clock.pass_time(minutes=16)
    await tick(bed)

    case = await case_of(bed)
    assert (case.unit_id, case.waits_for_anybody) == (KENDARI, True)
