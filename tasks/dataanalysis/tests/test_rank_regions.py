from rank_regions import rank_regions


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


def ranks(summaries):
    return [(summary["region"], summary["rank"]) for summary in summaries]


def test_largest_revenue_first():
    assert ranks(rank_regions(source(Ash=5, Birch=100, Cedar=20))) == [("Birch", 1), ("Cedar", 2), ("Ash", 3)]


def test_equal_revenues_share_a_rank_and_skip_the_next():
    summaries = rank_regions(source(Elm=7, Fir=10, Ash=10, Oak=50, Yew=7, Box=7, Ivy=1))
    assert ranks(summaries) == [
        ("Oak", 1),
        ("Ash", 2),
        ("Fir", 2),
        ("Box", 4),
        ("Elm", 4),
        ("Yew", 4),
        ("Ivy", 7),
    ]


def test_first_place_may_be_shared():
    assert ranks(rank_regions(source(Oak=8, Ash=8, Elm=2))) == [("Ash", 1), ("Oak", 1), ("Elm", 3)]


def test_rank_is_added_after_the_fields_of_the_summary():
    summary = rank_regions(source(Oak=8))[0]
    assert list(summary)[-2:] == ["best_product", "rank"]
    assert (summary["orders"], summary["revenue"], summary["average"]) == (1, 8.0, 8.0)
    assert rank_regions([]) == []


def test_the_dataset_ranked():
    assert ranks(rank_regions()) == [("North", 1), ("South", 2), ("East", 3), ("West", 4), ("Unknown", 5)]
