from sort_sales import sort_sales


def raw(order_id, date="2024-05-06", price=10.0, **changes):
    return {"order_id": order_id, "date": date, "quantity": 1, "unit_price": price, **changes}


def ids(records):
    return [record["order_id"] for record in records]


def test_earliest_date_first_however_it_is_written():
    source = [raw("A", "2024-10-01"), raw("B", "02/09/2024"), raw("C", "2023-12-31"), raw("D", "10/01/2024")]
    assert ids(sort_sales(source)) == ["C", "D", "B", "A"]


def test_on_one_date_the_largest_revenue_first():
    source = [raw("A", price=9), raw("B", price=100), raw("C", price=20), raw("D", price=200, discount=0.95)]
    assert ids(sort_sales(source)) == ["B", "C", "D", "A"]


def test_then_by_order_id():
    source = [raw("S-9"), raw("S-10"), raw("S-2"), raw("S-3", price=11)]
    assert ids(sort_sales(source)) == ["S-3", "S-10", "S-2", "S-9"]


def test_records_are_complete_and_unchanged():
    record = sort_sales([raw("a", "2024-05-06", 10.0, region="west")])[0]
    assert (record["order_id"], record["region"], record["month"], record["revenue"]) == (
        "A",
        "West",
        "2024-05",
        10.0,
    )
    assert sort_sales([]) == []


def test_the_dataset_sorted():
    assert ids(sort_sales()) == [
        "S-001", "S-002", "S-003", "S-004", "S-006", "S-005", "S-008", "S-010",
        "S-011", "S-012", "S-013", "S-016", "S-017", "S-021", "S-020",
    ]  # fmt: skip
