from mean_by_group import mean_by_group


def test_means_in_order_of_first_sight():
    rows = [{"k": "b", "n": 1}, {"k": "a", "n": 2}, {"k": "b", "n": 4}, {"k": "a", "n": 2}]
    means = mean_by_group(rows, "k", "n")
    assert means == {"b": 2.5, "a": 2}
    assert list(means) == ["b", "a"]


def test_missing_values_do_not_count_but_zero_does():
    rows = [{"k": 1, "n": 6}, {"k": 1, "n": None}, {"k": 1}, {"k": 1, "n": 0}]
    assert mean_by_group(rows, "k", "n") == {1: 3}


def test_a_group_without_values_has_no_mean():
    rows = [{"k": "x"}, {"k": "y", "n": 0}, {"k": "x", "n": None}]
    means = mean_by_group(rows, "k", "n")
    assert means == {"x": None, "y": 0}
    assert list(means) == ["x", "y"]


def test_records_without_a_key_are_ignored():
    rows = [{"k": None, "n": 1}, {"n": 2}, {"k": 0, "n": 3}]
    assert mean_by_group(rows, "k", "n") == {0: 3}
    assert mean_by_group([], "k", "n") == {}


def test_digits():
    rows = [{"k": 1, "n": 1}, {"k": 1, "n": 1}, {"k": 1, "n": 0}]
    assert mean_by_group(rows, "k", "n") == {1: 0.67}
    assert mean_by_group(rows, "k", "n", 4) == {1: 0.6667}
    assert mean_by_group([{"k": 1, "n": 126}, {"k": 1, "n": 131}], "k", "n", digits=-1) == {1: 130}
