import copy

import pytest
from load_sales import load_sales
from sales_data import SALES


def test_gives_the_shared_dataset_by_default():
    assert load_sales() == SALES
    assert load_sales(None) == SALES
    assert len(load_sales()) == 24


def test_gives_the_records_of_a_source_in_order():
    assert load_sales([{"b": 2}, {"a": " 1 "}, {}]) == [{"b": 2}, {"a": " 1 "}, {}]


def test_an_empty_source_is_not_the_dataset():
    assert load_sales([]) == []


def test_changes_of_the_result_leave_the_source_alone():
    before = copy.deepcopy(SALES)
    loaded = load_sales()
    loaded[0]["region"] = "changed"
    loaded.clear()
    assert SALES == before
    source = [{"a": 1}]
    load_sales(source)[0]["a"] = 2
    load_sales(source).append({})
    assert source == [{"a": 1}]


@pytest.mark.parametrize("wrong", [None, "text", ("a", 1), [{"a": 1}]])
def test_refuses_a_record_that_is_no_dict(wrong):
    with pytest.raises(TypeError):
        load_sales([{"a": 1}, wrong])
