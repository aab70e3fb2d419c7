from classify_regions import classify_regions


def raw(order_id, region, price):
    return {
        "order_id": order_id,
        "region": region,
        "product": "Lamp",
        "quantity": 1,
        "unit_price": price,
        "date": "2024-05-06",
    }


def grades(**prices):
    source = [raw(f"S-{i}", region, price) for i, (region, price) in enumerate(prices.items())]
    return [(summary["region"], summary["grade"]) for summary in classify_regions(source)]


def test_limits_belong_to_the_better_grade():
    assert grades(Ash=50, Birch=20, Cedar=15, Dogwood=5, Elm=4, Fir=6) == [
        ("Ash", "A"),
        ("Birch", "A"),
        ("Cedar", "B"),
        ("Fir", "C"),
        ("Dogwood", "C"),
        ("Elm", "C"),
    ]
    assert grades(Ash=70, Birch=20, Cedar=10) == [("Ash", "A"), ("Birch", "B"), ("Cedar", "C")]


def test_just_above_the_limits():
    assert grades(Ash=50.0, Birch=20.1, Cedar=19.9, Dogwood=10.0) == [
        ("Ash", "A"),
        ("Birch", "B"),
        ("Cedar", "B"),
        ("Dogwood", "C"),
    ]
    assert grades(Ash=60.0, Birch=30.1, Cedar=9.9) == [("Ash", "A"), ("Birch", "C"), ("Cedar", "C")]


def test_the_first_region_is_always_a():
    assert grades(Ash=5) == [("Ash", "A")]
    assert grades(Ash=5, Birch=95) == [("Birch", "A"), ("Ash", "C")]


def test_only_the_first_of_equals_has_the_privilege():
    assert grades(Birch=50, Ash=50) == [("Ash", "A"), ("Birch", "C")]
    assert grades(Ash=0, Birch=0) == [("Ash", "A"), ("Birch", "A")]


def test_the_grades_of_the_dataset():
    summaries = classify_regions()
    assert [summary["grade"] for summary in summaries] == ["A", "A", "B", "C", "C"]
    assert list(summaries[0])[-3:] == ["share", "cumulative", "grade"]
    assert summaries[2]["region"] == "East"
    assert classify_regions([]) == []
