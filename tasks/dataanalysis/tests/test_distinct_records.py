import pytest
from distinct_records import distinct_records


def ids(records):
    return [record["id"] for record in records]


ROWS = [
    {"id": 1, "a": 1, "b": "x"},
    {"id": 2, "a": 1, "b": "y"},
    {"id": 3, "a": 2, "b": "x"},
    {"id": 4, "a": 1, "b": "x"},
    {"id": 5, "a": 2, "b": "X"},
]


def test_keeps_the_first_of_each_combination_in_order():
    assert ids(distinct_records(ROWS, ["a"])) == [1, 3]
    assert ids(distinct_records(ROWS, ["b"])) == [1, 2, 5]
    assert ids(distinct_records(ROWS, ["a", "b"])) == [1, 2, 3, 5]


def test_absent_is_the_same_as_none_but_not_as_empty():
    rows = [{"id": 1}, {"id": 2, "a": None}, {"id": 3, "a": ""}, {"id": 4, "a": 0}]
    assert ids(distinct_records(rows, ["a"])) == [1, 3, 4]


def test_values_of_different_fields_are_not_mixed_up():
    rows = [{"id": 1, "a": 1, "b": 2}, {"id": 2, "a": 2, "b": 1}, {"id": 3, "a": "1", "b": "2"}]
    assert ids(distinct_records(rows, ["a", "b"])) == [1, 2, 3]


def test_gives_the_same_dicts():
    assert distinct_records(ROWS, ["id"])[4] is ROWS[4]
    assert distinct_records([], ["id"]) == []


def test_no_fields_are_refused():
    with pytest.raises(ValueError):
        distinct_records(ROWS, [])
    with pytest.raises(ValueError):
        distinct_records([], [])
