from group_records import group_records


def test_groups_in_order_of_first_sight():
    rows = [{"k": "b", "n": 1}, {"k": "a", "n": 2}, {"k": "b", "n": 3}, {"k": "c", "n": 4}]
    groups = group_records(rows, "k")
    assert list(groups) == ["b", "a", "c"]
    assert groups == {
        "b": [{"k": "b", "n": 1}, {"k": "b", "n": 3}],
        "a": [{"k": "a", "n": 2}],
        "c": [{"k": "c", "n": 4}],
    }


def test_absent_and_none_belong_together():
    rows = [{"k": 1}, {"n": 5}, {"k": None}, {"k": 0}, {"k": ""}]
    groups = group_records(rows, "k")
    assert list(groups) == [1, None, 0, ""]
    assert groups[None] == [{"n": 5}, {"k": None}]


def test_records_are_the_same_dicts_and_unchanged():
    rows = [{"n": 5}, {"k": 1}]
    groups = group_records(rows, "k")
    assert groups[None][0] is rows[0]
    assert rows == [{"n": 5}, {"k": 1}]


def test_no_records():
    assert group_records([], "k") == {}
