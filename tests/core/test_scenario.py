"""Reading and checking: what a file may look like, and what is said when it is wrong."""

import math
import pickle
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pytest
from pydantic import AliasChoices, Field

from simcash.core import scenario
from simcash.core.scenario import (
    Model,
    Problem,
    ScenarioError,
    check,
    live,
    parse,
    read,
    refuse_start_changes,
    scenario_files,
    value_of,
)
from simcash.core.schema import Amount, Count, Money, Number, Share


class Square(Model):
    type: Literal["Square"]
    side: Count


class Disc(Model):
    type: Literal["Disc"]
    radius: Number
    filled: bool = False


Shape = Annotated[Square | Disc, Field(discriminator="type")]


class Frame(Model):
    colour: Literal["red", "green"] = live("red")
    width: Count = 1


class Drawing(Model):
    title: str = Field("", validation_alias=AliasChoices("title", "heading"))
    price: Money = 0
    share: Share = Decimal(1)
    corner: tuple[Count, Count] = (1, 1)
    shapes: tuple[Shape, ...] = live(())
    frames: tuple[Frame, ...] = ()
    named: dict[str, Frame] = Field(default_factory=dict)
    cost: Amount | None = None


def problems(text, name="drawing.yaml"):
    with pytest.raises(ScenarioError) as caught:
        check(Drawing, parse(text, name))
    return str(caught.value).splitlines()


def unread(source):
    with pytest.raises(ScenarioError) as caught:
        read(source)
    return str(caught.value)


# Values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1_000", 1000),
        ("-3", -3),
        ("010", 10),
        ("0x1F", 31),
        ("1e9", 1e9),
        ("2.5e6", 2.5e6),
        (".5", 0.5),
        ("1_000.25", 1000.25),
        ("off", "off"),
        ("on", "on"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("10:30", "10:30"),
        ("2026-01-01", "2026-01-01"),
        ("1.2.3", "1.2.3"),
        ("1__0", "1__0"),
        ("-x", "-x"),
        ('"12.50"', "12.50"),
        ("'true'", "true"),
        ("[1, a, {b: 2}]", [1, "a", {"b": 2}]),
        ("!!str 5", "5"),
    ],
)
def test_values_mean_what_they_look_like(text, value):
    found = value_of(text)
    assert found == value
    assert type(found) is type(value)


def test_numbers_without_end_are_read_as_such_and_refused_by_fields():
    assert math.isnan(value_of(".nan"))
    assert value_of("-.inf") == value_of("-1e999") == -math.inf
    assert problems("price: .nan") == [
        'drawing.yaml line 1: price: expected whole cents, or currency units as text like "12.50", got NaN'
    ]
    assert problems("shapes: [{type: Disc, radius: .inf}]") == [
        "drawing.yaml line 1: shapes[0].radius: expected a finite number, got Infinity"
    ]


def test_keys_are_texts_however_they_look():
    assert parse("1: a\ntrue: b\n007: c").data == {"1": "a", "true": "b", "007": "c"}


def test_anchors_and_merged_keys():
    data = parse("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {z: 4}]}\nd: *a").data
    assert data["b"] == {"x": 1, "y": 3}
    assert data["c"] == {"x": 1, "y": 2, "z": 4}
    assert data["d"] == {"x": 1, "y": 2}


def test_json_is_read_with_its_lines():
    source = parse('{\n\t"title": "a",\n\t"colour": 1e3\n}', "d.json")
    assert source.data == {"title": "a", "colour": 1000.0}
    assert source.line(("colour",)) == 3


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("12", 12),
        ('"12.50"', 1250),
        ('"-1_250.00"', -125000),
        ('"1,250.00"', 125000),
        ("1e3", 1000),
        ("5.0", 5),
    ],
)
def test_money_in_cents_or_as_quoted_currency_units(written, cents):
    assert check(Drawing, parse(f"price: {written}")).price == cents


def test_decimals_are_exact():
    assert check(Drawing, parse("share: 0.1")).share == Decimal("0.1")
    assert check(Drawing, parse('share: "0.1000000000000000000001"')).share > Decimal("0.1")


# What is wrong, and where


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("titlle: a", 'titlle: unknown key "titlle"; did you mean "title"? Known keys: '
         "title, price, share, corner, shapes, frames, named, cost"),
        ("zzz: a", 'zzz: unknown key "zzz". Known keys: '
         "title, price, share, corner, shapes, frames, named, cost"),
        ("title: a\nheading: b", 'heading: means the same as "title", which is given too; keep one of them'),
        ("title: 5", 'title: expected text, got 5; put it in quotes: "5"'),
        ("title: [a]", 'title: expected text, got ["a"]'),
        ("price: 12.5", 'price: expected whole cents, or currency units as text like "12.50", got 12.5'),
        ("price: true", 'price: expected whole cents, or currency units as text like "12.50", got true'),
        ('price: "12"', 'price: expected whole cents, or currency units as text like "12.50", got "12"'),
        ("price: 9007199254740993", "price: must be at most 9007199254740992 cents "
         "(2**53: beyond it amounts are no longer exact), got 9007199254740993"),
        ("cost: 0", "cost: must be at least 1, got 0"),
        ("share: 1.5", "share: must be at most 1, got 1.5"),
        ("share: much", 'share: expected a number, got "much"'),
        ("corner: [1]", "corner[1]: too few entries"),
        ("corner: [1, 2, 3]", "corner: must have at most 2 entries, got [1, 2, 3]"),
        ("corner: 5", "corner: expected a list, got 5"),
        ("corner: [1, x]", 'corner[1]: expected a whole number, got "x"'),
        ("shapes: {}", "shapes: expected a list, got {}"),
        ("shapes: [5]", "shapes[0]: expected keys and values, got 5"),
        ("shapes: [{side: 1}]", "shapes[0].type: required, but not there; one of: Square, Disc"),
        ("shapes: [{type: square, side: 1}]", 'shapes[0].type: unknown type "square"; did you mean "Square"? '
         "Known: Square, Disc"),
        ("shapes: [{type: Square}]", "shapes[0].side: required, but not there"),
        ("shapes: [{type: Square, side: 1, radius: 2}]", 'shapes[0].radius: unknown key "radius". '
         "Known keys: type, side"),
        ("shapes: [{type: Disc, radius: yes}]", 'shapes[0].radius: expected a number, got "yes"'),
        ("shapes: [{type: Disc, radius: 1, filled: maybe}]",
         'shapes[0].filled: expected true or false, got "maybe"'),
        ("frames: [{colour: gren}]", 'frames[0].colour: unknown value "gren"; did you mean "green"? '
         "Allowed: red, green"),
        ("frames: [{colour: false}]", "frames[0].colour: unknown value false. Allowed: red, green"),
        ("named: {a: {width: -1}}", "named.a.width: must be at least 1, got -1"),
        ("named: {a: }", "named.a: expected keys and values, got null"),
    ],
)  # fmt: skip
def test_one_mistake_one_message(text, told):
    assert problems(text) == [f"drawing.yaml line {text.count(chr(10)) + 1}: {told}"]


def test_all_mistakes_at_once_in_the_order_of_the_file():
    text = """\
title: a
frames:
  - colour: blue
    widhth: 3
shapes:
  - {type: Square, side: 0}
  - {type: Disc, radus: 1}
title: b
"""
    assert problems(text) == [
        'drawing.yaml line 3: frames[0].colour: unknown value "blue". Allowed: red, green',
        'drawing.yaml line 4: frames[0].widhth: unknown key "widhth"; did you mean "width"? '
        "Known keys: colour, width",
        "drawing.yaml line 6: shapes[0].side: must be at least 1, got 0",
        'drawing.yaml line 7: shapes[1].radus: unknown key "radus"; did you mean "radius"? '
        "Known keys: type, radius, filled",
        "drawing.yaml line 8: title: stands twice; the first is in line 1",
    ]


def test_a_message_is_one_line_however_strange_the_key():
    with pytest.raises(ScenarioError) as caught:
        check(Drawing, read({"a\nb": 1, "x" * 10_000: 2, "": 3}))
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) < 300


def test_a_misspelt_key_is_not_also_missing_but_another_is():
    assert len(problems("shapes: [{type: Square, sid: 1}]")) == 1
    assert len(problems("shapes: [{type: Square, colour: 1}]")) == 2


def test_a_key_in_the_wrong_place_is_sent_home():
    class Book(Model):
        drawing: Drawing = Drawing()

    with pytest.raises(ScenarioError, match='unknown key "price" here; it belongs under "drawing"'):
        check(Book, parse("price: 3"))


def test_findings_of_the_world_are_told_with_the_others():
    with pytest.raises(ScenarioError) as caught:
        check(Drawing, parse("price: x\ntitle: dull"), further=[(("title",), "is dull")])
    assert [problem.path for problem in caught.value.problems] == ["price", "title"]


def test_problems_can_be_taken_apart_and_sent_to_another_process():
    error = ScenarioError([Problem("a.yaml", 3, "x", "is wrong"), Problem("a.yaml", None, "", "is empty")])
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == "a.yaml line 3: x: is wrong\na.yaml: is empty"


# Files that are none


def deep(levels):
    return "[" * levels + "]" * levels


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "there is nothing in it"),
        (b"# only a comment\n", "there is nothing in it"),
        (b"- a\n- b", "expected keys and values such as 'simulation: …', got [\"a\", \"b\"]"),
        (b"hello", "expected keys and values such as 'simulation: …', got \"hello\""),
        (b"\x80abc", "not UTF-8 text: byte 0 is 0x80"),
        (b"a: \x00", "line 1: not valid YAML: control characters are not allowed"),
        (b"a: 1\nb: [1, 2", "line 3: not valid YAML: did not find expected ',' or ']'"),
        (b"a:\n\t- b", "line 2: not valid YAML: found character that cannot start any token; "
         "indent with spaces, not tabs"),
        (b"a: b: c", 'line 1: not valid YAML: mapping values are not allowed in this context; '
         'a text with ": " in it needs quotes'),
        (b"a: *b", "line 1: *b refers to nothing above it"),
        (b"a: &b {c: *b}", "line 1: *b refers to nothing above it"),
        (b"a: !!python/name:os.system",
         "line 1: the tag tag:yaml.org,2002:python/name:os.system has no meaning here"),
        (b"a: 1\n---\nb: 2", "line 3: a second document begins here; a scenario is one"),
        (b"? [a]\n: b", "line 1: a key must be a plain text"),
        (b"a: {{b}}", "line 1: a key must be a plain text"),
        (deep(100_000).encode(), "line 1: more than 240 levels deep"),
        (BOMB.encode(), "line 7: more than 2000000 values"),
    ],
)  # fmt: skip
def test_what_is_no_scenario_is_refused(tmp_path, content, told):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    assert unread(path) == f"{path}{' ' if told.startswith('line') else ': '}{told}"


def test_nesting_by_reference_is_nesting_too():
    text = "".join(f"k{i}: &k{i} [{f'*k{i - 1}' if i else 'x'}]\n" for i in range(260))
    with pytest.raises(ScenarioError, match="more than 240 levels deep"):
        parse(text)


def test_a_byte_order_mark_and_windows_lines_do_not_matter(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbftitle: a\r\nprice: 3\r\n")
    assert read(path).data == {"title": "a", "price": 3}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "three-bank",
            'no such file, nor a scenario of the library: "three-bank"; did you mean "three-banks"?',
        ),
        ("three-bank.yaml", 'no such file; did you mean "three-banks" of the library?'),
        ("nothing.yaml", "no such file"),
        ("nothing-like-it", 'no such file, nor a scenario of the library: "nothing-like-it". Library: '),
        ("a: 1\nb: 2", "this is text, not the name of a file; read a dict, or save it first"),
        ("y" * 5000, "cannot be read: "),
        (".", "is not a file"),
    ],
)
def test_names_that_lead_nowhere(name, told):
    assert told in unread(name)


def test_a_name_that_several_worlds_use_needs_its_world(tmp_path):
    for world in ("one", "two"):
        (tmp_path / world).mkdir()
        (tmp_path / world / "same.yaml").write_text(f"title: {world}")
    assert read("one/same", [tmp_path]).data == {"title": "one"}
    with pytest.raises(ScenarioError, match="several scenarios have this name: one/same, two/same"):
        read("same", [tmp_path])


def test_the_library_is_found_by_bare_and_full_name():
    name, path = next(iter(scenario_files().items()))
    assert read(name).text == read(name.partition("/")[2]).text == path.read_text()
    assert read(name).folder == path.parent
    assert read(name).file == f"{name}.yaml"


def test_summary_is_the_description_or_the_opening_comment():
    assert parse("# What it shows\n#\n# and why\na: 1").summary == "What it shows"
    assert parse("# a comment\ndescription: better").summary == "better"
    assert parse("a: 1").summary == ""


# Dicts


def test_a_dict_has_no_lines_and_may_hold_numpy_numbers():
    source = read(
        {"name": "mine", "price": np.int64(3), "share": np.float32(0.5), "corner": (1, np.array(2))}
    )
    assert source.name == source.file == "mine"
    assert source.data == {"name": "mine", "price": 3, "share": 0.5, "corner": [1, 2]}
    with pytest.raises(ScenarioError, match=r'^scenario: price: expected whole cents.*got "x"$'):
        check(Drawing, read({"price": "x"}))


LOOP: list = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": object()}, "a: expected text, numbers, lists and dicts, got "),
        ({"a": [{1.5: 2}]}, "a[0]: keys are texts, got 1.5"),
        ({"a": 10**5000}, "a: a number of more than 300 digits"),
        ({"a": LOOP}, "more than 240 levels deep"),
        ({"a": "\ud800"}, "a: a text with half a character, got "),
        ({"a": b"bytes"}, "a: expected text, numbers, lists and dicts, got "),
    ],
)
def test_dicts_that_no_file_could_hold(value, told):
    assert told in unread(value)


def test_reading_what_was_read_changes_nothing():
    source = read({"price": 1})
    assert read(source) == source
    assert parse(source.text, source.name).data == source.data


def test_the_world_is_named_or_the_usual_one():
    assert read({"world": "here"}, world="there").world == "here"
    assert read({}, world="there").world == "there"
    assert read({}).world == ""


# Other values, and forks

TEXT = """\
shapes:
  - {id: small, type: Square, side: 1}
  - {id: big, type: Square, side: 100}
frames: []
"""


@pytest.mark.parametrize(
    ("path", "value", "read_back"),
    [
        ("shapes.1.side", 3, lambda d: d["shapes"][1]["side"]),
        ("shapes[1].side", 3, lambda d: d["shapes"][1]["side"]),
        ("shapes.big.side", 3, lambda d: d["shapes"][1]["side"]),
        ("new.inner", 3, lambda d: d["new"]["inner"]),
        ("frames", (1, 2), lambda d: tuple(d["frames"])),
    ],
)
def test_with_values_replaces_by_path(path, value, read_back):
    source = parse(TEXT)
    assert read_back(source.with_values({path: value}).data) == value
    assert source.data == parse(TEXT).data


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("shapes.5.side", "set: shapes: there is no entry 5: the list has 2, counted from 0"),
        ("shapes.bigg.side", 'set: shapes: unknown id "bigg"; did you mean "big"? Ids: small, big'),
        ("shapes.0.side.top", "set: shapes[0].side: is 1; nothing lies below it"),
    ],
)
def test_with_values_refuses_paths_that_lead_nowhere(path, told):
    with pytest.raises(ScenarioError) as caught:
        parse(TEXT).with_values({path: 1})
    assert str(caught.value) == told


def test_what_was_set_is_blamed_on_the_setting():
    source = parse("price: 1\nshare: 3", "d.yaml").with_values({"price": "x", "titlle": "y"})
    with pytest.raises(ScenarioError) as caught:
        check(Drawing, source)
    assert [(p.file, p.line, p.path) for p in caught.value.problems] == [
        ("set", None, "price"),
        ("set", None, "titlle"),
        ("d.yaml", 2, "share"),
    ]


def test_a_mistake_around_what_was_set_is_blamed_on_the_setting_too():
    source = parse("shapes: [{side: 1}]\nprice: 2", "d.yaml").with_values({"shapes.0.side": 5})
    assert source.problem(("shapes", 0), "too large").file == "set"
    assert source.problem(("shapes", 1), "too large").file == "d.yaml"
    assert source.problem((), "empty").file == source.problem(("price",), "x").file == "d.yaml"


@pytest.mark.parametrize("text", ["simulation: {rng_seed: 1}", "rng_seed: 1", "seed: 1", "title: a"])
def test_the_seed_goes_where_the_file_has_it(text):
    data = parse(text).with_seed(9).data
    places = [data.get("seed"), data.get("rng_seed"), data.get("simulation", {}).get("rng_seed")]
    assert [place for place in places if place is not None] == [9]


@pytest.mark.parametrize(
    ("path", "value", "may"),
    [
        ("frames.0.colour", "green", True),
        ("frames.0.width", 2, False),
        ("shapes.0.side", 2, True),
        ("shapes", [], True),
        ("price", 7, False),
        ("title", "new", False),
        ("named", {"a": {"colour": "red"}}, False),
    ],
)
def test_a_fork_changes_live_fields_only(path, value, may):
    old = parse("frames: [{colour: red, width: 1}]\nshapes: [{type: Square, side: 1}]\nprice: 1")
    new = old.with_values({path: value})
    if may:
        refuse_start_changes(Drawing, old, new)
        return
    with pytest.raises(
        ScenarioError, match=r"is fixed at the start; what a fork may change: shapes, frames\[\]"
    ):
        refuse_start_changes(Drawing, old, new)


def test_a_fork_that_changes_nothing_is_fine():
    refuse_start_changes(Drawing, parse(TEXT), parse(TEXT))


def test_models_do_not_change_and_export_a_schema():
    drawing = check(Drawing, parse("price: 3"))
    with pytest.raises(ValueError, match="frozen"):
        drawing.price = 4
    assert Drawing.model_json_schema()["properties"]["shapes"]["items"]["discriminator"]


def test_reading_needs_no_heavy_import():
    heavy = ("numba", "pandas", "duckdb")
    code = f"import sys, {scenario.__name__}; print([m for m in {heavy} if m in sys.modules])"
    root = Path(scenario.__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert found.stdout.strip() == "[]"


def test_something_else_is_no_scenario():
    with pytest.raises(TypeError, match="a library name, a path or a dict, not 42"):
        read(42)
