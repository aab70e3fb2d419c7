import pytest
from filter_outliers import filter_outliers


def rows(*values):
    return [{"n": value} for value in values]


def numbers(records):
    return [record["n"] for record in records]


def test_values_far_off_are_dropped_on_both_sides():
    assert numbers(filter_outliers(rows(12, 900, 10, 11, -500, 13, 14), "n")) == [12, 10, 11, 13, 14]


def test_the_limits_are_included():
    # Quartiles 2 and 4: the limits are -1 and 7.
    assert numbers(filter_outliers(rows(7, 2, 3, 4, 2), "n")) == [7, 2, 3, 4, 2]
    assert numbers(filter_outliers(rows(-1, 2, 3, 4, 4), "n")) == [-1, 2, 3, 4, 4]
    assert numbers(filter_outliers(rows(7.5, 2, 3, 4, 2), "n")) == [2, 3, 4, 2]
    assert numbers(filter_outliers(rows(-1.5, 2, 3, 4, 4), "n")) == [2, 3, 4, 4]


def test_the_factor_widens_or_narrows():
    values = rows(1, 2, 3, 4, 9)
    assert numbers(filter_outliers(values, "n")) == [1, 2, 3, 4]
    assert numbers(filter_outliers(values, "n", 2.5)) == [1, 2, 3, 4, 9]
    assert numbers(filter_outliers(values, "n", factor=0)) == [2, 3, 4]


def test_missing_values_are_dropped_and_do_not_count():
    records = [*rows(1, None, 1000, 0), {"m": 1}]
    assert numbers(filter_outliers(records, "n")) == [1, 1000, 0]
    assert numbers(filter_outliers([*records, *rows(2, 1)], "n")) == [1, 0, 2, 1]


def test_four_values_are_enough():
    assert numbers(filter_outliers(rows(1, 1, 100, 1), "n", 0.5)) == [1, 1, 1]
    assert numbers(filter_outliers(rows(1, 100, 1), "n", 0.5)) == [1, 100, 1]
    assert filter_outliers([], "n") == []


def test_a_negative_factor_is_refused():
    with pytest.raises(ValueError):
        filter_outliers(rows(1, 2, 3, 4), "n", -0.1)
    with pytest.raises(ValueError):
        filter_outliers([], "n", -1)
