import pytest
from add_revenue import add_revenue


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
    ("quantity", "price", "discount", "gross", "revenue"),
    [
        (2, 10.0, 0, 20.0, 20.0),
        ("3", "$74.90", "5%", 224.7, 213.47),
        (5, 8.0, 1, 40.0, 0.0),
        (7, 0, 0.5, 0.0, 0.0),
        (3, 0.333, 0, 1.0, 1.0),
        (6, 12.5, None, 75.0, 75.0),
    ],
)
def test_amounts_of_a_sale(quantity, price, discount, gross, revenue):
    record = add_revenue([raw(quantity=quantity, unit_price=price, discount=discount)])[0]
    assert (record["gross"], record["revenue"]) == (gross, revenue)


def test_revenue_is_not_made_from_the_rounded_gross():
    record = add_revenue([raw(quantity=1, unit_price=0.126, discount=0.1)])[0]
    assert (record["gross"], record["revenue"]) == (0.13, 0.11)
    record = add_revenue([raw(quantity=1, unit_price=0.134, discount=0.05)])[0]
    assert (record["gross"], record["revenue"]) == (0.13, 0.13)


def test_fields_are_added_at_the_end_and_names_normalized():
    record = add_revenue([raw(region="north  EAST")])[0]
    assert list(record) == [*raw(), "gross", "revenue"]
    assert record["region"] == "North East"
    assert (record["quantity"], record["unit_price"], record["discount"]) == (2, 10.0, 0.0)


def test_the_dataset_in_order():
    records = add_revenue()
    assert [record["order_id"] for record in records][:3] == ["S-001", "S-003", "S-004"]
    assert [record["revenue"] for record in records][:4] == [158.0, 39.0, 1186.55, 104.0]
    assert round(sum(record["gross"] for record in records), 2) == 7647.6
    assert add_revenue([]) == []
