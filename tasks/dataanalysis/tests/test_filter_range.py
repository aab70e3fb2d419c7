import pytest
from filter_range import filter_range

ROWS = [{"n": 5}, {"n": 1}, {"n": None}, {"m": 3}, {"n": 3}, {"n": 0}, {"n": -2}]


def numbers(records):
    return [record["n"] for record in records]


def test_both_bounds_are_included_and_order_is_kept():
    assert numbers(filter_range(ROWS, "n", 1, 5)) == [5, 1, 3]
    assert numbers(filter_range(ROWS, "n", 3, 3)) == [3]


def test_a_missing_bound_is_open():
    assert numbers(filter_range(ROWS, "n", low=3)) == [5, 3]
    assert numbers(filter_range(ROWS, "n", high=1)) == [1, 0, -2]
    assert numbers(filter_range(ROWS, "n")) == [5, 1, 3, 0, -2]


def test_zero_is_a_bound_and_a_value():
    assert numbers(filter_range(ROWS, "n", 0)) == [5, 1, 3, 0]
    assert numbers(filter_range(ROWS, "n", -1, 0)) == [0]
    assert numbers(filter_range(ROWS, "n", high=0)) == [0, -2]


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError):
        filter_range(ROWS, "n", 5, 4)
    with pytest.raises(ValueError):
        filter_range([], "n", 1, 0)
    with pytest.raises(ValueError):
        filter_range([], "n", 0, -1)


def test_gives_the_same_dicts_in_a_new_list():
    rows = [{"n": 1}]
    result = filter_range(rows, "n")
    assert result is not rows
    assert result[0] is rows[0]
