from add_shares import add_shares


def raw(order_id, region, price):
    return {
        "order_id": order_id,
        "region": region,
        "product": "Lamp",
        "quantity": 1,
        "unit_price": price,
        "date": "2024-05-06",
    }


def source(**prices):
    return [raw(f"S-{i}", region, price) for i, (region, price) in enumerate(prices.items())]


def shares(summaries):
    return [(summary["region"], summary["share"], summary["cumulative"]) for summary in summaries]


def test_shares_add_up_in_order_of_rank():
    summaries = add_shares(source(Ash=25, Birch=65, Cedar=10))
    assert shares(summaries) == [("Birch", 65.0, 65.0), ("Ash", 25.0, 90.0), ("Cedar", 10.0, 100.0)]


def test_cumulative_is_not_summed_from_rounded_shares():
    assert shares(add_shares(source(A=5, B=5, C=5))) == [
        ("A", 33.3, 33.3),
        ("B", 33.3, 66.7),
        ("C", 33.3, 100.0),
    ]


def test_no_revenue_gives_zero_shares():
    summaries = add_shares(source(A=0, B=0))
    assert shares(summaries) == [("A", 0.0, 0.0), ("B", 0.0, 0.0)]
    assert add_shares([]) == []


def test_fields_are_added_after_the_rank():
    summary = add_shares(source(Oak=8))[0]
    assert list(summary)[-3:] == ["rank", "share", "cumulative"]
    assert (summary["rank"], summary["share"], summary["revenue"]) == (1, 100.0, 8.0)


def test_the_shares_of_the_dataset():
    assert shares(add_shares()) == [
        ("North", 35.5, 35.5),
        ("South", 29.4, 64.9),
        ("East", 20.7, 85.7),
        ("West", 13.9, 99.5),
        ("Unknown", 0.5, 100.0),
    ]
