import pytest

from center import center


def test_shifts_the_mean_to_zero():
    assert center([1, 2, 6]) == pytest.approx([-2, -1, 3])


def test_an_outlier_stays_but_does_not_count_for_the_middle():
    shifted = center([10, 11, 60, 9, 10, 11, 9, 10, 10])
    assert shifted == pytest.approx([0, 1, 50, -1, 0, 1, -1, 0, 0])


def test_the_empty_list_stays_empty():
    assert center([]) == []


def test_leaves_the_list_alone():
    values = [4, 8]
    assert center(values) == pytest.approx([-2, 2])
    assert values == [4, 8]


def test_refuses_what_is_no_number():
    with pytest.raises(TypeError):
        center([1, "2", 3])
