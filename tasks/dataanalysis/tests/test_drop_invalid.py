from datetime import date

import pytest
from drop_invalid import drop_invalid


def raw(**changes):
    return {
        "order_id": "S-1",
        "date": "2024-05-06",
        "region": "North",
        "product": "Lamp",
        "customer": "Ada",
        "quantity": 2,
        "unit_price": 10.0,
        "discount": 0,
        **changes,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": " - "},
        {"date": "2024-13-01"},
        {"quantity": "many"},
        {"unit_price": None},
        {"discount": "some"},
        {"quantity": 0},
        {"quantity": -1},
        {"unit_price": -0.01},
        {"discount": -0.01},
        {"discount": 1.01},
    ],
)
def test_drops_what_is_no_real_sale(changes):
    assert drop_invalid([raw(**changes)]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": 1},
        {"unit_price": 0},
        {"discount": 0},
        {"discount": 1},
        {"discount": None},
        {"region": None, "product": "n/a", "customer": ""},
    ],
)
def test_keeps_the_limits_and_missing_names(changes):
    assert len(drop_invalid([raw(**changes)])) == 1


def test_keeps_order_and_parsed_values():
    kept = drop_invalid([raw(order_id="B"), raw(quantity=0), raw(order_id="A", quantity="4")])
    assert [record["order_id"] for record in kept] == ["B", "A"]
    assert kept[1] == {**raw(order_id="A", quantity=4, discount=0.0), "date": date(2024, 5, 6)}
    assert drop_invalid([]) == []


def test_drops_seven_records_of_the_dataset():
    kept = [record["order_id"] for record in drop_invalid()]
    assert len(kept) == 17
    assert not set(kept) & {"S-007", "S-009", "S-014", "S-015", "S-018", "S-019", None}
    assert kept.count("S-002") == 2
