from group_by_region import group_by_region


def raw(order_id, region, date="2024-05-06", price=10.0):
    return {"order_id": order_id, "region": region, "date": date, "quantity": 1, "unit_price": price}


def ids(groups):
    return {region: [record["order_id"] for record in records] for region, records in groups.items()}


def test_regions_stand_in_alphabetical_order():
    source = [raw("A", "West"), raw("B", "east"), raw("C", "North"), raw("D", None), raw("E", "EAST")]
    groups = group_by_region(source)
    assert list(groups) == ["East", "North", "Unknown", "West"]
    assert ids(groups) == {"East": ["B", "E"], "North": ["C"], "Unknown": ["D"], "West": ["A"]}


def test_records_of_a_region_are_sorted():
    source = [
        raw("A", "West", "2024-05-07"),
        raw("B", "West", price=5),
        raw("C", "West", price=50),
        raw("D", "West", "2024-01-01"),
    ]
    assert ids(group_by_region(source)) == {"West": ["D", "C", "B", "A"]}


def test_records_are_complete():
    record = group_by_region([raw("A", "West")])["West"][0]
    assert (record["region"], record["revenue"], record["quarter"]) == ("West", 10.0, "2024-Q2")


def test_no_records_give_no_groups():
    assert group_by_region([]) == {}
    assert group_by_region([raw("-", "West")]) == {}


def test_the_dataset_by_region():
    groups = group_by_region()
    assert list(groups) == ["East", "North", "South", "Unknown", "West"]
    assert ids(groups)["South"] == ["S-002", "S-006", "S-016", "S-017"]
    assert [len(records) for records in groups.values()] == [3, 4, 4, 1, 3]
