import pytest
from parse_numbers import parse_numbers


def read(field, value):
    return parse_numbers([{"order_id": "S-1", field: value}])[0][field]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), ("12", 12), (" 7 ", 7), (30.0, 30), ("1,200", 1200), (-2, -2), (0, 0), ("0", 0)],
)
def test_quantity_is_a_whole_number(value, expected):
    quantity = read("quantity", value)
    assert quantity == expected
    assert type(quantity) is int


@pytest.mark.parametrize("value", [2.5, "2.5", "two", True, None, "", "n/a", [3], float("nan"), "inf", "10%"])
def test_quantity_that_is_no_whole_number_is_none(value):
    assert read("quantity", value) is None


def test_price_is_a_float():
    assert read("unit_price", "$1,249.50") == 1249.5
    assert read("unit_price", "$1,234,567") == 1234567.0
    assert read("unit_price", -1) == -1.0
    assert type(read("unit_price", 1249)) is float
    assert [read("unit_price", value) for value in (False, "free", "nan", "15%", None)] == [None] * 5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, 0.0),
        ("", 0.0),
        ("5%", 0.05),
        (" 12.5% ", 0.125),
        ("0.1", 0.1),
        (0.2, 0.2),
        (1, 1.0),
        ("0%", 0.0),
    ],
)
def test_discount_may_be_missing_or_in_percent(value, expected):
    discount = read("discount", value)
    assert discount == pytest.approx(expected)
    assert type(discount) is float


@pytest.mark.parametrize("value", ["half", "x%", "%", True, False, "nan%"])
def test_unreadable_discount_is_none(value):
    assert read("discount", value) is None


def test_other_fields_stay_and_the_dataset_is_read():
    record = parse_numbers([{"order_id": "17", "date": "2024-01-05", "customer": " 5 ", "extra": 1}])[0]
    assert (record["order_id"], record["date"], record["customer"]) == ("17", "2024-01-05", "5")
    assert "extra" not in record
    records = parse_numbers()
    assert [record["quantity"] for record in records][:4] == [4, 2, 12, 1]
    assert [record["order_id"] for record in records if record["quantity"] is None] == ["S-015"]
    assert [record["order_id"] for record in records if record["unit_price"] is None] == ["S-018"]
    assert records[3]["unit_price"] == 1249.0
