"""The scanner under input that nobody writes on purpose, or somebody does."""

import random
import sys
import time
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.team.actions import ACTIONS, BY_NAME, Action, Malformed, render
from engine.team.scanner import scan

repeatable = settings(max_examples=300)

PIECES = (
    *(f"<{spec.name}" for spec in ACTIONS),
    *(f"</{spec.name}>" for spec in ACTIONS),
    *(example for spec in ACTIONS for example in spec.examples),
    *("<", ">", "/>", "</", "/", "=", '"', "'", "`", "```", " ", "\n", "\r\n", "\t", "\\", "“"),
    *(
        ' id="3"',
        " id='",
        " id=3",
        ' path="a.py"',
        " path=",
        ' to="Dev2"',
        ' base="1"',
        " x",
        "id",
        "é",
        "\x00",
    ),
    *("<claimtask", "<edit path='x'>", "</edit>", "<file", "<b>", "<div", "a < b", "text", "\ud800", "&lt;"),
)


def check_invariants(text: str) -> None:
    found = scan(text)
    at = 0
    for item in found.items:
        assert at <= item.start < item.end <= len(text)
        assert text[item.start] == "<"
        at = item.end
        if isinstance(item, Action):
            spec = BY_NAME[item.name]
            assert set(spec.required) <= set(item.args) <= set(spec.attributes)
            assert all(item.args.values())
            assert (item.body is not None) == spec.has_body
            assert scan(text[item.start : item.end]).items == (item,)
        else:
            assert item.sentence.endswith(".")
            assert len(item.sentence) < 400
            assert not {"\n", "\r"} & {*item.snippet, *item.sentence}


def test_twenty_thousand_random_replies_break_nothing() -> None:
    draw = random.Random(20261120)
    for _ in range(20_000):
        check_invariants("".join(draw.choices(PIECES, k=draw.randrange(1, 14))))


@repeatable
@given(st.text())
def test_any_text_can_be_scanned(text: str) -> None:
    check_invariants(text)


@repeatable
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_mixture_of_fragments_can_be_scanned(text: str) -> None:
    check_invariants(text)


# ------------------------------------------------------------ round trip

_values = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<\"'"), min_size=1)
    .map(str.strip)
    .filter(bool)
)
_prose = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<"), max_size=60)
_foreign = st.sampled_from(
    ["<b>", "a < b", '<claim_task id="9"/>', "</claim_task>", "<claimtask", "`", "```\n"]
)
_contents = st.lists(st.one_of(_prose, _foreign), max_size=6).map("".join)


@st.composite
def actions(draw: st.DrawFn) -> Action:
    spec = draw(st.sampled_from(ACTIONS))
    names = [*spec.required, *(name for name in spec.optional if draw(st.booleans()))]
    args = {name: draw(_values) for name in draw(st.permutations(names))}
    if spec.body == "none":
        return Action(spec.name, args)
    if spec.body == "content":
        return Action(spec.name, args, draw(_contents))
    return Action(spec.name, args, draw(_contents.map(str.strip).filter(bool)))


@repeatable
@given(st.lists(actions(), max_size=8), _prose.filter(lambda s: "`" not in s))
def test_rendered_actions_are_read_back_the_same(given_actions: list[Action], between: str) -> None:
    text = between + between.join(render(a) for a in given_actions)
    assert list(scan(text).items) == given_actions


@pytest.mark.parametrize("value", ["", " ", "a<b", "a\nb", "both \" and '"])
def test_a_value_that_no_tag_can_carry_is_not_rendered(value: str) -> None:
    with pytest.raises(ValueError, match="no attribute can hold"):
        render(Action("claim_task", {"id": value}))


# ------------------------------------------------------------ linear work

SHAPES: dict[str, Callable[[int], str]] = {
    "unclosed edits": lambda n: '<edit_file path="a.py">\n' * n,
    "unclosed tags": lambda n: "<edit_file " * n,
    "blanks in a tag": lambda n: "<edit_file " + " " * (20 * n),
    "blanks before a name": lambda n: "<" + " " * (20 * n) + "x",
    "blanks and no name": lambda n: "<" + " " * (20 * n) + "/" + " " * (20 * n) + "3",
    "lines in a tag": lambda n: "<edit_file" + " \n" * (10 * n) + "path='a'>",
    "open quotes": lambda n: '<claim_task id="' * n,
    "line break far behind quotes": lambda n: "<claim_task " + "id='3' " * n + "\n",
    "attributes": lambda n: "<claim_task " + "id=3 " * n + "/>",
    "nested edits": lambda n: '<edit_file path="a">' * n + "</edit_file>" * n,
    "self-closing edits": lambda n: '<edit_file path="a"/>' * n,
    "self-closing edits, some closed": lambda n: (
        '<edit_file path="a"/>' * n + '<edit_file path="b">' * n + "</edit_file>" * (n // 2)
    ),
    "mentions": lambda n: "I use <edit_file> " * n,
    "closing tags": lambda n: "</edit_file> " * n,
    "an edit closed again and again": lambda n: '<edit_file path="a">x</edit_file>' + " </edit_file>" * n,
    "near-misses": lambda n: '<claim_taks id="3">' * n,
    "different near-misses": lambda n: "".join(f'<claim_tas{i} id="3">' for i in range(n)),
    "angle brackets": lambda n: "<" * (20 * n),
    "backticks": lambda n: "`<edit_file>` " * n,
    "fences": lambda n: "```\n" * (5 * n),
    "claims": lambda n: 'I claim <claim_task id="3"/> now.\n' * n,
}


def calls_made(text: str) -> int:
    """Python and C calls that one scan makes: a figure that does not depend on the machine."""
    count = 0

    def tally(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tally)
    try:
        scan(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_calls_grow_in_proportion_to_the_reply(shape: str) -> None:
    small, large = SHAPES[shape](250), SHAPES[shape](2000)
    scan(large)  # fills the cache of names, so that both are counted alike
    growth = calls_made(large) / calls_made(small)
    assert growth <= 8**1.1, growth


@pytest.mark.parametrize("shape", SHAPES)
def test_processor_time_grows_far_slower_than_the_square(shape: str) -> None:
    def cost(n: int) -> float:
        text = SHAPES[shape](n)
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            for _ in range(2000 // n):
                scan(text)
            best = min(best, time.process_time() - start)
        return best

    # Linear work would take the same for eight short replies as for one that is eight times as long; work
    # that grows with the square eight times as much, so 4 tells them apart on any machine.
    assert cost(2000) <= 4 * cost(250) + 0.002


def test_eight_thousand_unclosed_tags_are_one_complaint() -> None:
    items = scan('<edit_file path="a.py">\n' * 8000).items
    assert [type(i) for i in items] == [Malformed]
