import pytest
from add_periods import add_periods


def raw(**changes):
    return {"order_id": "S-1", "date": "2024-05-06", "quantity": 2, "unit_price": 10.0, **changes}


@pytest.mark.parametrize(
    ("date", "month", "quarter"),
    [
        ("2024-01-01", "2024-01", "2024-Q1"),
        ("2024-03-31", "2024-03", "2024-Q1"),
        ("2024-04-01", "2024-04", "2024-Q2"),
        ("30/06/2023", "2023-06", "2023-Q2"),
        ("2023-07-01", "2023-07", "2023-Q3"),
        ("2024-09-30", "2024-09", "2024-Q3"),
        ("01/10/2024", "2024-10", "2024-Q4"),
        ("2024-12-31", "2024-12", "2024-Q4"),
        ("0987-02-03", "0987-02", "0987-Q1"),
    ],
)
def test_month_and_quarter_of_a_date(date, month, quarter):
    record = add_periods([raw(date=date)])[0]
    assert (record["month"], record["quarter"]) == (month, quarter)


def test_fields_are_added_after_the_revenue():
    record = add_periods([raw(discount="50%")])[0]
    assert list(record)[-4:] == ["gross", "revenue", "month", "quarter"]
    assert (record["gross"], record["revenue"]) == (20.0, 10.0)
    assert record["date"].isoformat() == "2024-05-06"


def test_order_is_kept_and_invalid_dates_are_gone():
    source = [raw(order_id="B"), raw(order_id="X", date="2024-02-30"), raw(order_id="A", date="2024-01-01")]
    assert [(r["order_id"], r["month"]) for r in add_periods(source)] == [("B", "2024-05"), ("A", "2024-01")]


def test_the_dataset_covers_two_quarters():
    records = add_periods()
    quarters = [record["quarter"] for record in records]
    assert (quarters.count("2024-Q1"), quarters.count("2024-Q2")) == (11, 4)
    assert sorted({record["month"] for record in records}) == [
        "2024-01",
        "2024-02",
        "2024-03",
        "2024-04",
        "2024-05",
    ]
