from datetime import date

import pytest
from parse_dates import parse_dates


def read(value):
    return parse_dates([{"order_id": "S-1", "date": value}])[0]["date"]


def test_reads_year_first():
    assert read("2024-03-09") == date(2024, 3, 9)
    assert read(" 2023-12-31 ") == date(2023, 12, 31)


def test_reads_day_first_with_slashes():
    assert read("03/04/2024") == date(2024, 4, 3)
    assert read("29/02/2024") == date(2024, 2, 29)
    assert read("12/31/2024") is None


@pytest.mark.parametrize(
    "value", ["2024-02-30", "29/02/2023", "soon", "2024/03/09", "2024-03-09T10:00", 20240309, None, ""]
)
def test_everything_else_is_none(value):
    assert read(value) is None


def test_a_date_is_kept():
    assert read(date(2024, 7, 1)) == date(2024, 7, 1)


def test_numbers_are_parsed_and_the_dataset_is_read():
    record = parse_dates([{"date": "2024-01-05", "quantity": "3", "discount": "50%"}])[0]
    assert (record["quantity"], record["discount"], record["unit_price"]) == (3, 0.5, None)
    records = parse_dates()
    assert len(records) == 24
    assert [record["order_id"] for record in records if record["date"] is None] == ["S-007"]
    assert records[23]["date"] == date(2024, 5, 13)
