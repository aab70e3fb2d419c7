import pytest

from summarize import summarize

SPIKE = [10, 11, 60, 9, 10, 11, 9, 10, 10]


def test_the_keys_are_complete_and_in_order():
    assert list(summarize([1, 2])) == ["count", "mean", "std_dev", "outliers", "unusual"]


def test_figures_of_a_plain_list():
    summary = summarize([2, 4, 4, 4, 5, 5, 7, 9], top=2)
    assert summary["count"] == 8
    assert summary["mean"] == pytest.approx(5.0)
    assert summary["std_dev"] == pytest.approx(2.0)
    assert summary["outliers"] == 0
    assert summary["unusual"] == [9, 2]


def test_the_spike_is_counted_and_named():
    summary = summarize(SPIKE)
    assert summary["count"] == 9
    assert summary["outliers"] == 1
    assert summary["unusual"] == [60, 11, 9]


def test_top_may_exceed_the_list_or_be_zero():
    assert sorted(summarize([1, 2, 6], top=10)["unusual"]) == [1, 2, 6]
    assert summarize([1, 2, 6], top=0)["unusual"] == []


def test_nothing_to_summarize():
    with pytest.raises(ValueError):
        summarize([])


def test_a_negative_top_is_refused():
    with pytest.raises(ValueError):
        summarize([1, 2, 3], top=-1)
