from sort_records import sort_records


def ids(records):
    return [record["id"] for record in records]


ROWS = [
    {"id": 1, "region": "West", "units": 5},
    {"id": 2, "region": "East", "units": 9},
    {"id": 3, "region": "West", "units": 7},
    {"id": 4, "region": "East", "units": 9},
    {"id": 5, "region": "East", "units": 0},
]


def test_one_field_up_and_down():
    assert ids(sort_records(ROWS, ["units"])) == [5, 1, 3, 2, 4]
    assert ids(sort_records(ROWS, ["-units"])) == [2, 4, 3, 1, 5]


def test_the_first_field_decides_and_the_next_breaks_ties():
    assert ids(sort_records(ROWS, ["region", "-units"])) == [2, 4, 5, 3, 1]
    assert ids(sort_records(ROWS, ["-region", "units"])) == [1, 3, 5, 2, 4]
    assert ids(sort_records(ROWS, ["-units", "-id"])) == [4, 2, 3, 1, 5]


def test_missing_values_go_last_in_both_directions():
    rows = [{"id": 1, "n": None}, {"id": 2, "n": 4}, {"id": 3}, {"id": 4, "n": 8}, {"id": 5, "n": 0}]
    assert ids(sort_records(rows, ["n"])) == [5, 2, 4, 1, 3]
    assert ids(sort_records(rows, ["-n"])) == [4, 2, 5, 1, 3]
    assert ids(sort_records(rows, ["n", "-id"])) == [5, 2, 4, 3, 1]


def test_no_fields_keep_the_order_and_the_input_is_not_changed():
    rows = [{"id": 2}, {"id": 1}]
    result = sort_records(rows, [])
    assert ids(result) == [2, 1]
    assert result is not rows
    assert ids(sort_records(rows, ["id"])) == [1, 2]
    assert ids(rows) == [2, 1]
    assert sort_records([], ["id"]) == []
