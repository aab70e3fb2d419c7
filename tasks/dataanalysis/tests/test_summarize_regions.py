from summarize_regions import summarize_regions


def raw(order_id, region="West", product="Lamp", quantity=1, price=10.0, date="2024-05-06"):
    return {
        "order_id": order_id,
        "region": region,
        "product": product,
        "quantity": quantity,
        "unit_price": price,
        "date": date,
    }


def test_one_summary_with_all_fields_in_order():
    source = [raw("A", quantity=3, price=1.5), raw("B", product="Desk", price=20.0, date="2024-06-01")]
    summaries = summarize_regions([*source, raw("C", product="Desk", price=7.25)])
    assert summaries == [
        {
            "region": "West",
            "orders": 3,
            "units": 5,
            "months": 2,
            "revenue": 31.75,
            "average": 10.58,
            "best_product": "Lamp",
        }
    ]
    assert list(summaries[0]) == ["region", "orders", "units", "months", "revenue", "average", "best_product"]


def test_best_product_has_most_units_not_most_revenue():
    source = [raw("A", product="Desk", price=900.0, quantity=2), raw("B", product="Pen", quantity=3)]
    assert summarize_regions(source)[0]["best_product"] == "Pen"
    source = [raw("A", product="Pen", quantity=3), raw("B", "West", "Cap", 2), raw("C", "West", "CAP", 2)]
    assert summarize_regions(source)[0]["best_product"] == "Cap"


def test_equal_units_give_the_alphabetically_first_product():
    source = [
        raw("A", product="Pen", quantity=2),
        raw("B", product="Cap", quantity=2),
        raw("C", product="Arm"),
    ]
    assert summarize_regions(source)[0]["best_product"] == "Cap"


def test_months_of_different_years_differ():
    dates = ["2023-05-01", "2024-05-01", "2024-05-31", "2024-06-01"]
    assert summarize_regions([raw(str(i), date=date) for i, date in enumerate(dates)])[0]["months"] == 3


def test_sums_are_rounded():
    summary = summarize_regions([raw("A", price=0.1), raw("B", price=0.2), raw("C", price=0.4)])[0]
    assert (summary["revenue"], summary["average"]) == (0.7, 0.23)
    summary = summarize_regions([raw("A", price=0.1), raw("B", price=0.2)])[0]
    assert summary["revenue"] == 0.3


def test_the_dataset_summarized():
    summaries = summarize_regions()
    assert [summary["region"] for summary in summaries] == ["East", "North", "South", "Unknown", "West"]
    assert [summary["revenue"] for summary in summaries] == [1463.3, 2509.3, 2076.77, 32.5, 979.96]
    assert [summary["units"] for summary in summaries] == [32, 19, 47, 10, 13]
    assert summaries[4]["best_product"] == "Monitor Arm"
    assert summarize_regions([]) == []
