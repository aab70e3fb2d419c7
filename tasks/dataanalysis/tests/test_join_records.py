import pytest
from join_records import join_records

ORDERS = [{"id": 1, "sku": "b"}, {"id": 2, "sku": "x"}, {"id": 3, "sku": "a"}, {"id": 4, "sku": "b"}]
ITEMS = [{"sku": "a", "price": 5}, {"sku": "b", "price": 7}, {"sku": "c", "price": 9}]


def test_inner_join_keeps_the_order_of_the_left():
    joined = join_records(ORDERS, ITEMS, "sku")
    assert joined == [
        {"id": 1, "sku": "b", "price": 7},
        {"id": 3, "sku": "a", "price": 5},
        {"id": 4, "sku": "b", "price": 7},
    ]
    assert list(joined[0]) == ["id", "sku", "price"]


def test_left_join_keeps_records_without_a_match():
    joined = join_records(ORDERS, ITEMS, "sku", how="left")
    assert [record["id"] for record in joined] == [1, 2, 3, 4]
    assert joined[1] == {"id": 2, "sku": "x"}
    assert joined[1] is not ORDERS[1]
    assert joined[2] == {"id": 3, "sku": "a", "price": 5}


def test_several_matches_give_several_records():
    items = [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}, {"sku": "a", "price": 3}]
    joined = join_records([{"sku": "a"}, {"sku": "b"}], items, "sku")
    assert joined == [{"sku": "a", "price": 1}, {"sku": "a", "price": 3}, {"sku": "b", "price": 2}]


def test_equal_names_are_kept_apart():
    left = [{"sku": "a", "name": "order"}]
    right = [{"sku": "a", "name": "item", "size": 4}]
    assert join_records(left, right, "sku") == [
        {"sku": "a", "name": "order", "name_right": "item", "size": 4}
    ]
    assert left == [{"sku": "a", "name": "order"}]
    assert right == [{"sku": "a", "name": "item", "size": 4}]


def test_missing_keys_match_nothing_but_falsy_ones_do():
    left = [{"k": None, "l": 1}, {"l": 2}, {"k": 0, "l": 3}]
    right = [{"k": None, "r": 1}, {"r": 2}, {"k": 0, "r": 3}]
    assert join_records(left, right, "k") == [{"k": 0, "l": 3, "r": 3}]
    assert join_records(left, right, "k", "left") == [{"k": None, "l": 1}, {"l": 2}, {"k": 0, "l": 3, "r": 3}]


@pytest.mark.parametrize("how", ["outer", "", "INNER", None])
def test_other_kinds_of_join_are_refused(how):
    with pytest.raises(ValueError):
        join_records([], [], "k", how)
