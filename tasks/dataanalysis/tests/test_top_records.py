import pytest
from top_records import top_records

ROWS = [
    {"id": 1, "n": 4},
    {"id": 2, "n": 9},
    {"id": 3},
    {"id": 4, "n": 4},
    {"id": 5, "n": None},
    {"id": 6, "n": 7},
]


def ids(records):
    return [record["id"] for record in records]


def test_three_largest_by_default():
    assert ids(top_records(ROWS, "n")) == [2, 6, 1]


def test_equal_values_keep_their_order():
    assert ids(top_records(ROWS, "n", 4)) == [2, 6, 1, 4]
    assert ids(top_records([{"id": i, "n": 1} for i in range(5)], "n", 2)) == [0, 1]


def test_fewer_records_than_asked_for():
    assert ids(top_records(ROWS, "n", 10)) == [2, 6, 1, 4]
    assert top_records([], "n", 2) == []


def test_zero_and_negative_values_are_values():
    rows = [{"id": 1, "n": -5}, {"id": 2, "n": 0}, {"id": 3, "n": -1}]
    assert ids(top_records(rows, "n")) == [2, 3, 1]
    assert ids(rows) == [1, 2, 3]


def test_none_asked_for_and_negative_refused():
    assert top_records(ROWS, "n", 0) == []
    with pytest.raises(ValueError):
        top_records(ROWS, "n", -1)
    with pytest.raises(ValueError):
        top_records([], "n", -1)
