import pytest
from bin_values import bin_values


def test_lower_edges_belong_to_their_bin():
    assert bin_values([0, 5, 9.99, 10, 15, 20, 25], [0, 10, 20, 30]) == [3, 2, 2]


def test_the_last_bin_has_its_upper_edge():
    assert bin_values([10, 20, 20, 30, 30], [0, 10, 20, 30]) == [0, 1, 4]
    assert bin_values([1, 2], [1, 2]) == [2]


def test_values_outside_are_not_counted():
    assert bin_values([-0.1, 30.1, 100], [0, 10, 30]) == [0, 0]
    assert bin_values([-5, -1, 0], [-5, 0]) == [3]


def test_uneven_bins_and_no_values():
    assert bin_values([3, 1, 2, 50], [0, 2.5, 100]) == [2, 2]
    assert bin_values([], [0, 1, 2]) == [0, 0]


@pytest.mark.parametrize("edges", [[], [1], [1, 1], [2, 1], [0, 5, 5, 9], [0, 9, 5]])
def test_bad_edges_are_refused(edges):
    with pytest.raises(ValueError):
        bin_values([1, 2], edges)
