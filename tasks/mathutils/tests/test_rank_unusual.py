import pytest

from rank_unusual import rank_unusual


def test_the_most_unusual_comes_first():
    assert rank_unusual([1, 2, 6]) == [2, 0, 1]
    assert rank_unusual([10, 11, 60, 9, 10, 12, 9, 10, 10])[0] == 2


def test_low_values_are_as_unusual_as_high_ones():
    assert rank_unusual([50, 52, 10, 48, 51])[0] == 2


def test_equally_unusual_ones_keep_their_order():
    assert rank_unusual([1, 3, 2, 2]) == [0, 1, 2, 3]
    assert rank_unusual([0.1, 0.3, 0.2]) == [0, 1, 2]
    assert rank_unusual([5, 5, 5]) == [0, 1, 2]


def test_the_empty_list_has_no_order():
    assert rank_unusual([]) == []


def test_refuses_what_is_no_number():
    with pytest.raises(TypeError):
        rank_unusual([1, "2", 3])
