from sum_by_group import sum_by_group


def test_sums_in_order_of_first_sight():
    rows = [{"k": "b", "n": 1}, {"k": "a", "n": 2}, {"k": "b", "n": 3}, {"k": "a", "n": -5}]
    sums = sum_by_group(rows, "k", "n")
    assert sums == {"b": 4, "a": -3}
    assert list(sums) == ["b", "a"]
    assert all(type(value) is int for value in sums.values())


def test_records_without_a_key_are_ignored():
    rows = [{"k": None, "n": 1}, {"n": 2}, {"k": 0, "n": 3}, {"k": "", "n": 4}]
    assert sum_by_group(rows, "k", "n") == {0: 3, "": 4}


def test_missing_values_count_as_zero_but_show_the_group():
    rows = [{"k": "x"}, {"k": "y", "n": None}, {"k": "x", "n": 2}, {"k": "x", "n": None}]
    sums = sum_by_group(rows, "k", "n")
    assert sums == {"x": 2, "y": 0}
    assert list(sums) == ["x", "y"]


def test_sums_are_not_rounded():
    assert sum_by_group([{"k": 1, "n": 0.125}, {"k": 1, "n": 0.25}], "k", "n") == {1: 0.375}
    assert sum_by_group([], "k", "n") == {}
