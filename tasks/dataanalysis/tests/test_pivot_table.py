from pivot_table import pivot_table


def row(region, month, amount):
    return {"region": region, "month": month, "amount": amount}


def test_sums_in_ascending_rows_and_columns():
    rows = [row("West", 2, 5), row("East", 3, 1), row("West", 1, 4), row("West", 2, 7)]
    table = pivot_table(rows, "region", "month", "amount")
    assert table == {"East": {1: 0, 2: 0, 3: 1}, "West": {1: 4, 2: 12, 3: 0}}
    assert list(table) == ["East", "West"]
    assert [list(cells) for cells in table.values()] == [[1, 2, 3], [1, 2, 3]]
    table = pivot_table([row(n, -n, 1) for n in (9, 2, -5, 40)], "region", "month", "amount")
    assert list(table) == [-5, 2, 9, 40]
    assert list(table[2]) == [-40, -9, -2, 5]


def test_incomplete_records_add_no_row_and_no_column():
    rows = [
        row("East", 1, 2),
        row("North", 1, None),
        row("East", 9, None),
        row(None, 8, 1),
        row("South", None, 1),
        {"region": "West", "amount": 3},
        {"region": "West", "month": 7},
    ]
    assert pivot_table(rows, "region", "month", "amount") == {"East": {1: 2}}


def test_zero_is_a_value():
    rows = [row("East", 0, 0), row("", 1, 3)]
    assert pivot_table(rows, "region", "month", "amount") == {"": {0: 0, 1: 3}, "East": {0: 0, 1: 0}}


def test_rows_do_not_share_their_cells():
    table = pivot_table([row("A", 1, 1), row("B", 1, 2)], "region", "month", "amount")
    assert table == {"A": {1: 1}, "B": {1: 2}}
    assert pivot_table([row("A", 1, 1)], "month", "region", "amount") == {1: {"A": 1}}


def test_nothing_complete():
    assert pivot_table([], "region", "month", "amount") == {}
    assert pivot_table([{"region": "A"}], "region", "month", "amount") == {}
