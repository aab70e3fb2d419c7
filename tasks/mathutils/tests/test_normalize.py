import pytest

from normalize import normalize


def test_scores_in_the_order_of_the_values():
    assert normalize([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx([-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2])


def test_two_values_lie_one_deviation_from_the_mean():
    assert normalize([30, 10]) == pytest.approx([1.0, -1.0])


def test_the_empty_list_stays_empty():
    assert normalize([]) == []


def test_values_without_spread_are_refused():
    with pytest.raises(ValueError):
        normalize([5, 5, 5])
    with pytest.raises(ValueError):
        normalize([5])


def test_leaves_the_list_alone():
    values = [3, 1, 2]
    normalize(values)
    assert values == [3, 1, 2]
