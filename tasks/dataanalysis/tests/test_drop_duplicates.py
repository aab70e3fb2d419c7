from drop_duplicates import drop_duplicates


def raw(order_id, quantity=1):
    return {"order_id": order_id, "date": "2024-05-06", "quantity": quantity, "unit_price": 10.0}


def orders(records):
    return [(record["order_id"], record["quantity"]) for record in records]


def test_keeps_the_last_version_where_it_stands():
    source = [raw("A", 1), raw("B", 2), raw("A", 3), raw("C", 4)]
    assert orders(drop_duplicates(source)) == [("B", 2), ("A", 3), ("C", 4)]


def test_ids_are_compared_and_given_in_upper_case():
    source = [raw("s-2", 1), raw("S-1", 2), raw("S-2", 3), raw("s-1", 4)]
    assert orders(drop_duplicates(source)) == [("S-2", 3), ("S-1", 4)]


def test_numbers_as_ids_become_text():
    assert orders(drop_duplicates([raw(17, 1), raw("17", 2), raw(18, 3)])) == [("17", 2), ("18", 3)]


def test_an_invalid_correction_replaces_nothing():
    assert orders(drop_duplicates([raw("A", 5), raw("A", 0), raw("B", "x")])) == [("A", 5)]


def test_the_dataset_has_two_orders_twice():
    records = drop_duplicates()
    ids = [record["order_id"] for record in records]
    assert len(ids) == len(set(ids)) == 15
    assert ids[:5] == ["S-001", "S-003", "S-004", "S-006", "S-008"]
    assert dict(orders(records))["S-002"] == 3
    assert dict(orders(records))["S-005"] == 5
