import pytest
from sales_data import FIELDS
from tidy_fields import tidy_fields


def test_every_record_has_exactly_the_known_fields_in_order():
    records = tidy_fields([{"region": "East", "note": "gift", "order_id": "S-1"}, {}])
    assert [list(record) for record in records] == [list(FIELDS), list(FIELDS)]
    assert records[0] == {**dict.fromkeys(FIELDS), "order_id": "S-1", "region": "East"}
    assert set(records[1].values()) == {None}


@pytest.mark.parametrize("text", ["", "   ", "-", " - ", "n/a", "N/A", " none ", "None"])
def test_empty_words_become_none(text):
    assert tidy_fields([{"customer": text}])[0]["customer"] is None


def test_text_is_stripped_at_its_ends_only():
    record = tidy_fields([{"region": " North\t", "product": "Desk  Lamp\n", "customer": "Ann-Lee"}])[0]
    assert (record["region"], record["product"], record["customer"]) == ("North", "Desk  Lamp", "Ann-Lee")


def test_values_that_are_no_text_stay():
    record = tidy_fields([{"quantity": 0, "unit_price": False, "discount": 0.5, "date": None}])[0]
    assert record["quantity"] == 0
    assert record["unit_price"] is False
    assert record["discount"] == 0.5
    assert record["date"] is None


def test_the_shared_dataset_is_tidied():
    records = tidy_fields()
    assert len(records) == 24
    assert (records[2]["date"], records[2]["region"], records[2]["quantity"]) == ("2024-01-19", "north", "12")
    assert [record["customer"] for record in records].count(None) == 2
    assert records[10]["region"] is None
    assert records[21]["order_id"] is None
    assert tidy_fields([]) == []


def test_refuses_a_record_that_is_no_dict():
    with pytest.raises(TypeError):
        tidy_fields([["order_id", "S-1"]])
