"""What the scanner takes for an action, and what it lets be."""

import pytest

from engine.team.actions import Action, Malformed
from engine.team.scanner import scan


def only(text: str) -> Action | Malformed:
    items = scan(text).items
    assert len(items) == 1, items
    return items[0]


def complaint(text: str) -> str:
    item = only(text)
    assert isinstance(item, Malformed), item
    return item.sentence


def action(text: str) -> Action:
    item = only(text)
    assert isinstance(item, Action), item
    return item


# ------------------------------------------------------------ order and counts


def test_actions_keep_text_order_whatever_their_kind() -> None:
    text = (
        '<run_tests/> then <complete_task id="1"/> and <edit_file path="a.py">\nx\n</edit_file>'
        '<claim_task id="2"/><run_tests/>'
    )
    assert [a.name for a in scan(text).actions] == [
        "run_tests",
        "complete_task",
        "edit_file",
        "claim_task",
        "run_tests",
    ]


def test_each_occurrence_counts() -> None:
    assert len(scan('<run_tests/> <run_tests/> <run_tests id="2"/><run_tests></run_tests>').actions) == 4


def test_positions_enclose_tag_and_body() -> None:
    text = 'so: <broadcast>hello</broadcast> and <claim_task id="3">'
    first, second = scan(text).actions
    assert text[first.start : first.end] == "<broadcast>hello</broadcast>"
    assert text[second.start : second.end] == '<claim_task id="3">'


# ------------------------------------------------------------ bodies are data


def test_tags_inside_file_content_are_data() -> None:
    content = '"""Example: <complete_task id="9"/> <broadcast>hi</broadcast> <claimtask id=3>"""\n'
    assert action(f'<edit_file path="a.py">\n{content}</edit_file>').body == content


def test_tags_inside_a_message_are_data() -> None:
    assert action('<send_message to="Dev2">use <claim_task id="4"/></send_message>').body == (
        'use <claim_task id="4"/>'
    )


def test_a_complete_edit_quoted_inside_file_content_is_data() -> None:
    content = "HELP = '<edit_file path=\"x.py\">\\n…</edit_file>'\n"
    found = scan(f'<edit_file path="help.py">\n{content}</edit_file>\n<run_tests/>').actions
    assert [a.name for a in found] == ["edit_file", "run_tests"]
    assert found[0].body == content


def test_content_is_kept_byte_for_byte_but_for_the_first_newline() -> None:
    assert action('<edit_file path="a.py">\n\n    x = 1 \n\t\n</edit_file>').body == "\n    x = 1 \n\t\n"
    assert action('<edit_file path="a.py">x</edit_file>').body == "x"
    assert action('<edit_file path="a.py">\r\nx\r\n</edit_file>').body == "x\r\n"
    assert action('<edit_file path="a.py">    x</edit_file>').body == "    x"


def test_an_edit_may_empty_a_file() -> None:
    assert action('<edit_file path="a.py"></edit_file>').body == ""
    assert action('<edit_file path="a.py">\n</edit_file>').body == ""


def test_talk_loses_its_outer_blanks() -> None:
    assert action("<broadcast>\n  hello\n  you \n</broadcast>").body == "hello\n  you"


# ------------------------------------------------------------ tolerance


@pytest.mark.parametrize(
    "text",
    [
        '<claim_task id="3"/>',
        "<claim_task id='3'/>",
        "<claim_task id=3/>",
        "<claim_task id=3>",
        '<claim_task id="3">',
        '<claim_task id="3"></claim_task>',
        '<claim_task id="3"> </claim_task>',
        '<claim_task   id = "3"  / >',
        '<claim_task\n  id="3"\n/>',
        '<CLAIM_TASK ID="3"/>',
        '<Claim_Task Id=" 3 "/>',
        '< claim_task id="3" />',
        '```xml\n<claim_task id="3"/>\n```',
        '`<claim_task id="3"/>`',
        '**<claim_task id="3"/>**',
        '- <claim_task id="3"/>',
        'I take <claim_task id="3"/>.',
    ],
)
def test_ways_to_write_a_claim_are_understood(text: str) -> None:
    found = action(text)
    assert (found.name, dict(found.args), found.body) == ("claim_task", {"id": "3"}, None)


def test_attribute_order_does_not_matter() -> None:
    assert action('<assign_task to="Dev2" id="3"/>') == action('<assign_task id="3" to="Dev2"/>')


def test_values_are_passed_as_they_are() -> None:
    assert action('<claim_task id="task-3"/>').args["id"] == "task-3"
    assert action("<claim_task id=task-3/>").args["id"] == "task-3"
    assert action("<read_file path=src/lib/add.py/>").args["path"] == "src/lib/add.py"
    assert action('<read_file path="../../etc/passwd"/>').args["path"] == "../../etc/passwd"
    assert action('<send_message to="O\'Neill > Co">x</send_message>').args["to"] == "O'Neill > Co"


def test_a_closing_tag_may_be_spaced_and_in_upper_case() -> None:
    assert action('<edit_file path="a.py">x</EDIT_FILE >').body == "x"


def test_an_optional_attribute_may_be_there() -> None:
    assert dict(action('<edit_file path="a.py" base="2">x</edit_file>').args) == {"path": "a.py", "base": "2"}


def test_a_closing_tag_written_twice_does_no_harm() -> None:
    assert action('<edit_file path="a.py">x</edit_file>\n</edit_file>\n</edit_file>').body == "x"


# ------------------------------------------------------------ near-misses


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("<claimtask id=3>", "claim_task"),
        ('<claim-task id="3"/>', "claim_task"),
        ('<ClaimTask id="3"/>', "claim_task"),
        ('<claim_taks id="3"/>', "claim_task"),
        ('<claim_tasks id="3"/>', "claim_task"),
        ('<claim id="3"/>', "claim_task"),
        ('<finish_task id="3"/>', "complete_task"),
        ("<run_test/>", "run_tests"),
        ("<runtests/>", "run_tests"),
        ('<edit path="a.py">x</edit>', "edit_file"),
        ('<edit path="a.py">x</edit_file>', "edit_file"),
        ('<write_file path="a.py">x</write_file>', "edit_file"),
        ('<file path="a.py">x</file>', "edit_file"),
        ('<message to="Dev2">x</message>', "send_message"),
        ("<brodcast>x</brodcast>", "broadcast"),
        ("<synthesise>x</synthesise>", "synthesize"),
        ('<open_file path="a.py"/>', "read_file"),
    ],
)
def test_a_tag_close_to_a_known_one_is_explained(text: str, meant: str) -> None:
    item = only(text)
    assert isinstance(item, Malformed)
    assert item.action == meant
    assert f"<{meant}" in item.sentence
    assert (item.start, item.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<claim_task/>", "needs id"),
        ("<claim_task>3</claim_task>", "needs id"),
        ("<claim_task 3/>", 'no attribute "3"'),
        ('<claim_task task="3"/>', 'no attribute "task"'),
        ('<claim_task id="3" id="4"/>', 'gives "id" twice'),
        ('<claim_task id="3" ID="3"/>', 'gives "id" twice'),
        ('<claim_task id=""/>', 'gives "id" no value'),
        ("<claim_task id/>", 'gives "id" no value'),
        ('<claim_task id="3/>', "quote"),
        ("<claim_task id='3\"/>", "quote"),
        ('<claim_task id="3\n"/>', "quote"),
        ("<claim_task id=“3”/>", "plain quotes"),
        ('<claim_task id=\\"3\\"/>', "plain quotes"),
        ('<claim_task id="3"', 'no ">"'),
        ('<claim_task id="3" \n\nI do that.', 'no ">"'),
        ('<claim_task id=="3"/>', "plain quotes"),
        ('<claim_task "id"="3"/>', "no attribute"),
        ('<assign_task id="3"/>', "needs to"),
        ("<edit_file>x</edit_file>", "needs path"),
        ("I write:\n  <edit_file>\nx", "nothing after it was carried out"),
        ('<edit_file path="a.py"/>', "between two tags"),
        ('<edit_file path="a.py" content="x"/>', 'no attribute "content"'),
        ('<send_message to="Dev2" text="hi"/>', 'no attribute "text"'),
        ("<send_message>hi</send_message>", "needs to"),
        ('<send_message to="Dev2"> </send_message>', "no text"),
        ("<broadcast></broadcast>", "no text"),
        ("<broadcast/>", "between two tags"),
        ("</edit_file>", "closes nothing"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, says: str) -> None:
    sentence = complaint(text)
    assert says in sentence
    assert "\n" not in sentence
    assert "write <" in sentence


def test_a_broken_edit_keeps_its_content_from_being_executed() -> None:
    inner = 'x = 1  # <claim_task id="3"/>\n'
    for opening in (
        '<edit_file file="a.py">',
        "<edit_file path='a.py\">",
        '<edit_file path="a.py"/>',
        "<edit_file>",
    ):
        assert isinstance(only(f"{opening}\n{inner}</edit_file>"), Malformed), opening
    assert isinstance(only(f'<edit path="a.py">\n{inner}</edit>'), Malformed)


def test_a_reply_goes_on_after_a_near_miss() -> None:
    items = scan('<claimtask id="3"/> <edit path="a.py">x</edit> <run_tests/>').items
    assert [type(i) for i in items] == [Malformed, Malformed, Action]


def test_an_edit_without_a_body_does_not_stop_the_reply() -> None:
    items = scan('<edit_file path="a.py"/> <run_tests/>').items
    assert [type(i) for i in items] == [Malformed, Action]


def test_the_snippet_shows_the_tag_on_one_short_line() -> None:
    item = only('<claimtask\n   id="3"\n/>')
    assert isinstance(item, Malformed)
    assert item.snippet == '<claimtask id="3" />'
    long = only("<claim_task note='" + "x" * 500 + "'/>")
    assert isinstance(long, Malformed)
    assert len(long.snippet) <= 81


# ------------------------------------------------------------ cut replies


def test_an_unclosed_edit_is_refused_and_nothing_after_it_is_done() -> None:
    text = '<claim_task id="1"/><edit_file path="a.py">\ndef f(): <complete_task id="1"/> <run_tests/>'
    first, second = scan(text).items
    assert isinstance(first, Action)
    assert isinstance(second, Malformed)
    assert "not closed" in second.sentence


def test_an_unclosed_edit_does_not_swallow_the_next_one() -> None:
    text = '<edit_file path="a.py">\nhalf\n<edit_file path="b.py">\nwhole\n</edit_file>'
    assert "not closed" in complaint(text)


def test_an_edit_that_seems_to_end_twice_is_refused() -> None:
    text = 'So: <edit_file path="a.py">\nEND = "</edit_file>"\nx = 1\n</edit_file>\n<run_tests/> ok?'
    assert scan(text).speech == "So:\n ok?"
    first, second = scan(text).items
    assert isinstance(first, Malformed)
    assert "second </edit_file>" in first.sentence
    assert isinstance(second, Action)


def test_no_cut_of_a_reply_changes_what_was_said_before_the_cut() -> None:
    text = """I take task 3. <claim_task id="3"/>
<edit_file path="a.py">
HELP = '<edit_file path="x">y</edit_file>'
</edit_file>
Then <edit_file path="b.py">b = 2
</edit_file><send_message to='Dev2'>done: <complete_task id="9"/></send_message>
<run_tests id=3/> <complete_task id="3">
Bye."""
    whole = scan(text).actions
    assert len(whole) == 6
    for cut in range(len(text)):
        before = scan(text[:cut]).actions
        assert before == whole[: len(before)], text[:cut]


# ------------------------------------------------------------ ordinary text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Standing by.",
        "a < b and c > d",
        "if a <b: return c> d",
        "<b>bold</b> <br/> <div class='x'>y</div>",
        "<?xml version='1.0'?><svg><rect x='1'/></svg>",
        "<file>a.py</file> <message>hello</message> <test/> <status>ok</status>",
        "dict[str, list<int>] <T> <<>> <> </> <!-- note --> <-",
        '&lt;claim_task id="3"/&gt;',
        "claim_task id=3",
        "I use <edit_file> to write files.",
        "Use `<edit_file>` and `</edit_file>`, or `<broadcast>`.",
        "<claim_task_list>",
        "x<y" * 50,
    ],
)
def test_ordinary_text_is_neither_an_action_nor_a_near_miss(text: str) -> None:
    found = scan(text)
    assert found.items == ()
    assert found.speech == text.strip()


def test_talk_about_a_tag_does_not_hide_the_real_one() -> None:
    text = 'I use <edit_file> (not `<broadcast>`) now:\n<edit_file path="a.py">\nx\n</edit_file>'
    assert action(text).body == "x\n"


# ------------------------------------------------------------ speech


def test_speech_is_the_reply_without_actions() -> None:
    text = (
        'I take 3.\n\n<claim_task id="3"/>\n\n<edit_file path="a.py">\nx\n</edit_file>\n\nDone, '
        "<claimtask id=4> see you."
    )
    assert scan(text).speech == "I take 3.\n\nDone,  see you."


def test_speech_drops_fences_that_held_only_actions() -> None:
    assert scan('Now:\n```xml\n<claim_task id="3"/>\n```\nOk.').speech == "Now:\nOk."
    assert scan("See:\n```\ncode\n```\nOk.").speech == "See:\n```\ncode\n```\nOk."
