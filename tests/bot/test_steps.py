"""Flow files: what is read, and how each refusal names file, place and remedy."""

import pytest

from bot.dialogue.flow import Choice, Kind
from bot.dialogue.flow import Test as Look
from bot.steps import ContentError, parse_toml, read_flow

WHERE = "flows/small.toml"
ABOVE = """
[[step]]
choose = "age"
text = "Usia?"
choices = { young = "Muda", old = "Tua", child = { label = "Anak", goes = "family" } }
[[step]]
choose_many = "what"
text = "Apa?"
choices = { sabu = "Sabu", ganja = "Ganja" }
[[step]]
choose = "often"
text = "Sering?"
for_each = "what"
choices = { rarely = "Jarang" }
[[step]]
yes_no = "alone"
text = "Sendiri?"
[[step]]
rate = "wish"
text = "Ingin?"
[[step]]
score = "risk"
items = ["often"]
bands = { low = 0, high = 2 }
[[step]]
tell = "card"
text = "Kartu."
"""
LAST = '[[step]]\nwrite = "note"\ntext = "Catatan?"\n'


def test_a_flow_is_read_with_everything_it_says() -> None:
    flow = read_flow("small", 'title = "Kecil"\ncompletes = true\nthen = "menu"\n' + ABOVE + LAST, WHERE)

    assert (flow.id, flow.title, flow.completes, flow.then) == ("small", "Kecil", True, "menu")
    assert [step.kind for step in flow.steps][:3] == [Kind.CHOOSE, Kind.CHOOSE_MANY, Kind.CHOOSE]
    assert flow.by_id["age"].choice("child") == Choice("child", "Anak", goes="family")
    assert flow.by_id["risk"].bands == (("low", 0), ("high", 2))


def test_a_choice_may_carry_points_and_an_action() -> None:
    text = '[[step]]\nchoose = "a"\ntext = "?"\nchoices = { b = ["Satu", 3], c = { label = "Dua", does = "stop" } }'

    assert read_flow("small", text, WHERE).steps[0].choices == (Choice("b", "Satu", 3), Choice("c", "Dua", does="stop"))


@pytest.mark.parametrize(
    ("when", "look"),
    [
        ('{ age = "old" }', Look("age", "equals", "old")),
        ('{ age = { in = ["old", "young"] } }', Look("age", "in", ("old", "young"))),
        ('{ what = { has = "sabu" } }', Look("what", "has", "sabu")),
        ("{ alone = true }", Look("alone", "equals", True)),  # noqa: FBT003 - the value tested
        ("{ wish = { from = 5 } }", Look("wish", "from", 5)),
        ("{ wish = { below = 5 } }", Look("wish", "below", 5)),
        ('{ "risk.points" = { from = 2 } }', Look("risk.points", "from", 2)),
        ('{ "risk.band" = "high" }', Look("risk.band", "equals", "high")),
    ],
)
def test_a_condition_is_read(when: str, look: Look) -> None:
    flow = read_flow("small", f"{ABOVE}{LAST}when = {when}", WHERE)

    assert flow.by_id["note"].when == ((look,),)


def test_any_of_several_conditions_may_hold() -> None:
    flow = read_flow("small", f'{ABOVE}{LAST}when = [{{ age = "old", alone = true }}, {{ wish = 3 }}]', WHERE)

    assert [len(group) for group in flow.by_id["note"].when] == [2, 1]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ('when = { gone = "x" }', "looks at 'gone', which does not stand above it"),
        ('when = { note = "x" }', "looks at 'note', which does not stand above it"),
        ("when = { card = true }", "looks at 'card', which does not stand above it"),
        ('when = { age = "middle" }', "names 'middle', which is not one of the choices it keeps; name another"),
        ('when = { age = "child" }', "names 'child', which is not one of the choices it keeps; name another"),
        ('when = { age = ["old"] }', 'can never hold; write = "choice" or { in = ["choice", …] }'),
        ('when = { what = "sabu" }', 'can never hold; write { has = "choice" }'),
        ('when = { alone = "yes" }', "can never hold; write = true or = false"),
        ('when = { wish = "5" }', "can never hold; write = number"),
        ("when = { wish = true }", "can never hold; write = number"),
        ('when = { often = "rarely" }', "'often', which is asked several times; look at 'what'"),
        ("when = { wish = { above = 3 } }", "when wish takes one of below, equals, from, has, in"),
        ("when = { wish = { from = 3, below = 5 } }", "when wish takes one of"),
        ("when = true", "when takes a table or a list of tables"),
        ("when = [1]", "when takes a table or a list of tables"),
        ('for_each = "gone"', "'gone' does not stand above it"),
        ('for_each = "age"', "it can only repeat for a choose_many asked once"),
        ('colour = "red"', "unknown key 'colour'; known are alarms, "),
        ("optional = 1", "optional must be a bool, not 1"),
        ("text = 3", "Cannot overwrite a value"),
        ('alarms = ["x"]', "'x' is not one of its choices"),
        ('choices = { "A b" = "Satu" }', "choice: 'A b' is not an id; use small letters"),
        ("choices = { a = 3 }", "choice 'a' needs a label, [label, points] or { label = … }"),
        ('choices = { a = { label = "A", goto = "menu" } }', "choice a: unknown key 'goto'; known are"),
        ('choices = { a = { label = "A", goes = 1 } }', "choice a: goes must be a str, not 1"),
        ('was = ["age"]', "note: was names 'age', which already stands for a step; take it out"),
        ('tell = "two"', "needs exactly one of tell, choose"),
    ],
)
def test_a_step_that_cannot_be_is_refused(rest: str, said: str) -> None:
    with pytest.raises(ContentError) as refused:
        read_flow("small", ABOVE + LAST + rest, WHERE)

    assert str(refused.value).startswith(WHERE)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a flow needs at least one [[step]]"),
        ("step = 3", "step must be a list, not 3"),
        ("step = [3]", "step 1: a step is a table; write [[step]]"),
        ("colour = 1", "unknown key 'colour'; known are completes, step, then, title, version"),
        ('[[step]]\ntext = "?"', "step 1: needs exactly one of tell"),
        ('[[step]]\ntell = "a"', "step 1 (a): has no text"),
        ('[[step]]\ntell = 1\ntext = "?"', "step 1: tell: 1 is not an id"),
        ('[[step]]\ntell = "a:b"\ntext = "?"', "'a:b' is not an id"),
        (
            '[[step]]\ntell = "a"\ntext = "?"\n[[step]]\ntell = "a"\ntext = "?"',
            "step 2: id 'a' is used twice; give it another",
        ),
        ('[[step]]\nchoose = "a"\ntext = "?"', "step 1 (a): needs choices"),
        ('[[step]]\nlook_up = "a"\ntext = "?"\nsource = "moon"', "source must be one of areas, directory, "),
        ('[[step]]\nrate = "a"\ntext = "?"\nleast = 5\nmost = 5', "least and most must rise within 0 to 99"),
        (
            '[[step]]\nyes_no = "a"\ntext = "?"\nchoices = { yes = "Ya" }',
            "a yes_no can only name the choices yes and no",
        ),
        ('[[step]]\ntell = "a"\ntext = "?"\nshort = "A"', "only questions have one; take it out"),
        (
            '[[step]]\nchoose_many = "a"\ntext = "?"\nchoices = { b = { label = "B", goes = "menu" } }',
            "goes and does stand only in choose and yes_no",
        ),
        (
            '[[step]]\nchoose = "a"\ntext = "?"\nalarms = ["b"]\nchoices = { b = { label = "B", goes = "menu" } }',
            "and not on an alarm; ask that in a step of its own",
        ),
        (
            f'[[step]]\nchoose = "{"a" * 40}"\ntext = "?"\nchoices = {{ bbbbbbb = "B" }}',
            "is too long for a button; shorten an id",
        ),
        (f'[[step]]\nlook_up = "{"a" * 22}"\ntext = "?"\nsource = "units"', "is too long for a button; shorten an id"),
    ],
)
def test_a_flow_that_cannot_be_is_refused(text: str, said: str) -> None:
    with pytest.raises(ContentError) as refused:
        read_flow("small", text, WHERE)

    assert str(refused.value).startswith(WHERE)
    assert said in str(refused.value)


def test_a_file_with_a_strange_name_is_refused() -> None:
    with pytest.raises(ContentError, match="the name of the file: 'Über' is not an id"):
        read_flow("Über", LAST, WHERE)


def test_broken_toml_is_named_by_file_and_line() -> None:
    with pytest.raises(ContentError, match=r"flows/small\.toml: not valid TOML: .*line 2"):
        parse_toml("a = 1\nb = ?\n", WHERE)
