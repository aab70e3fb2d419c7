from count_values import count_values


def rows(*values):
    return [{"k": value} for value in values]


def test_most_frequent_first():
    assert count_values(rows("a", "b", "b", "c", "b", "c"), "k") == [("b", 3), ("c", 2), ("a", 1)]


def test_ties_stay_in_order_of_first_sight():
    assert count_values(rows("z", "a", "m", "a", "z"), "k") == [("z", 2), ("a", 2), ("m", 1)]


def test_missing_values_are_not_counted_but_falsy_ones_are():
    records = [*rows(None, 0, "", 0), {"other": 1}]
    assert count_values(records, "k") == [(0, 2), ("", 1)]


def test_values_of_different_types_and_no_values():
    assert count_values(rows("1", 1, (1, 2), 1), "k") == [(1, 2), ("1", 1), ((1, 2), 1)]
    assert count_values([], "k") == []
    assert count_values([{"j": 1}], "k") == []
