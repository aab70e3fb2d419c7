import pytest
from normalize_names import normalize_names


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


def test_missing_names_have_their_defaults():
    record = normalize_names([raw(region=None, product="", customer="n/a")])[0]
    assert (record["region"], record["product"], record["customer"]) == ("Unknown", "Unknown", "Guest")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("desk  LAMP", "Desk Lamp"),
        (" north\teast ", "North East"),
        ("south-WEST", "South-west"),
        ("o'neil mcGEE", "O'neil Mcgee"),
        (7, "7"),
        (0, "0"),
    ],
)
@pytest.mark.parametrize("field", ["region", "product", "customer"])
def test_names_have_one_spelling(field, text, expected):
    assert normalize_names([raw(**{field: text})])[0][field] == expected


def test_other_fields_stay():
    record = normalize_names([raw(order_id="ab-1", quantity="3", customer="eve")])[0]
    assert (record["order_id"], record["quantity"], record["discount"]) == ("AB-1", 3, 0.0)
    assert list(record) == list(raw())


def test_duplicates_are_gone_and_order_is_kept():
    source = [raw(order_id="B", region="east"), raw(order_id="A"), raw(order_id="b", region="WEST")]
    records = normalize_names(source)
    assert [(record["order_id"], record["region"]) for record in records] == [("A", "North"), ("B", "West")]


def test_the_dataset_has_five_regions_and_products():
    records = normalize_names()
    assert {record["region"] for record in records} == {"North", "South", "East", "West", "Unknown"}
    assert {record["product"] for record in records} == {
        "Desk Lamp",
        "Office Chair",
        "Notebook",
        "Standing Desk",
        "Monitor Arm",
    }
    assert [record["customer"] for record in records].count("Guest") == 2
