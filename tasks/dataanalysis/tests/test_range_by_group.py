from datetime import date

from range_by_group import range_by_group


def row(k, n):
    return {"k": k, "n": n}


def test_smallest_and_largest_with_ascending_keys():
    ranges = range_by_group([row("b", 5), row("a", 2), row("b", 9), row("b", 7), row("a", 1)], "k", "n")
    assert ranges == {"a": (1, 2), "b": (5, 9)}
    assert list(ranges) == ["a", "b"]


def test_one_value_is_both_and_signs_count():
    assert range_by_group([row(1, 0), row(2, -3), row(2, 0)], "k", "n") == {1: (0, 0), 2: (-3, 0)}


def test_incomplete_records_are_ignored():
    rows = [row("a", None), row(None, 3), {"k": "c"}, {"n": 4}, row("b", 1), row("b", None)]
    assert range_by_group(rows, "k", "n") == {"b": (1, 1)}
    assert range_by_group([row(0, 2)], "k", "n") == {0: (2, 2)}


def test_dates_and_text():
    days = [row("x", date(2024, 5, 1)), row("x", date(2023, 6, 9))]
    assert range_by_group(days, "k", "n") == {"x": (date(2023, 6, 9), date(2024, 5, 1))}
    assert range_by_group([row(1, "pen"), row(1, "cap")], "k", "n") == {1: ("cap", "pen")}


def test_no_records():
    assert range_by_group([], "k", "n") == {}
