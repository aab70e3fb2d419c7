import pytest
from filter_text import filter_text

ROWS = [{"t": "Desk Lamp"}, {"t": "LAMPSHADE"}, {"t": "Clamp"}, {"t": "Lam p"}, {"t": None}, {"u": "lamp"}]


def texts(records):
    return [record["t"] for record in records]


def test_finds_text_anywhere_ignoring_case():
    assert texts(filter_text(ROWS, "t", "lamp")) == ["Desk Lamp", "LAMPSHADE", "Clamp"]
    assert texts(filter_text(ROWS, "t", "LAMP")) == ["Desk Lamp", "LAMPSHADE", "Clamp"]
    assert texts(filter_text([{"t": "Hauptstraße"}], "t", "STRASSE")) == ["Hauptstraße"]


def test_spaces_of_the_text_count():
    assert texts(filter_text(ROWS, "t", " lamp")) == ["Desk Lamp"]
    assert texts(filter_text(ROWS, "t", "m p")) == ["Lam p"]


def test_the_text_is_no_pattern():
    rows = [{"t": "3.25"}, {"t": "3125"}, {"t": "a*"}]
    assert texts(filter_text(rows, "t", "3.25")) == ["3.25"]
    assert texts(filter_text(rows, "t", "*")) == ["a*"]


def test_only_strings_match():
    assert filter_text([{"t": 15}, {"t": ["1"]}, {"t": "15"}, {"t": True}], "t", "1") == [{"t": "15"}]
    assert filter_text([{"t": None}, {}], "t", "none") == []


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_blank_text_is_refused(text):
    with pytest.raises(ValueError):
        filter_text([], "t", text)
