from running_total import running_total


def totals(records):
    return [record["running_total"] for record in records]


def test_adds_up_in_order():
    rows = [{"n": 5}, {"n": -2}, {"n": 10}]
    assert running_total(rows, "n") == [
        {"n": 5, "running_total": 5},
        {"n": -2, "running_total": 3},
        {"n": 10, "running_total": 13},
    ]
    assert rows == [{"n": 5}, {"n": -2}, {"n": 10}]


def test_each_group_has_its_own_total():
    rows = [{"k": "a", "n": 1}, {"k": "b", "n": 10}, {"k": "a", "n": 2}, {"k": "b", "n": 20}]
    assert totals(running_total(rows, "n", by="k")) == [1, 10, 3, 30]
    assert totals(running_total(rows, "n")) == [1, 11, 13, 33]


def test_records_without_a_group_are_a_group():
    rows = [{"n": 1}, {"k": None, "n": 2}, {"k": "", "n": 4}, {"n": 8}, {"k": 0, "n": 16}]
    assert totals(running_total(rows, "n", "k")) == [1, 3, 4, 11, 16]


def test_missing_values_count_as_zero():
    assert totals(running_total([{"n": None}, {"n": 3}, {}, {"n": 1}], "n")) == [0, 3, 3, 4]
    assert running_total([], "n") == []


def test_only_what_is_shown_is_rounded():
    assert totals(running_total([{"n": 0.1}, {"n": 0.2}], "n")) == [0.1, 0.3]
    assert totals(running_total([{"n": 0.004}] * 4, "n")) == [0.0, 0.01, 0.01, 0.02]
