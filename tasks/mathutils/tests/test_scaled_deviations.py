import pytest

from scaled_deviations import scaled_deviations


def test_in_units_of_the_typical_deviation():
    assert scaled_deviations([1, 2, 6]) == pytest.approx([-1.0, -0.5, 1.5])
    assert scaled_deviations([100, 300]) == pytest.approx([-1.0, 1.0])


def test_equal_values_deviate_by_zero():
    assert scaled_deviations([3, 3, 3]) == [0.0, 0.0, 0.0]
    assert scaled_deviations([9]) == [0.0]


def test_the_empty_list_stays_empty():
    assert scaled_deviations([]) == []


def test_refuses_what_is_no_number():
    with pytest.raises(TypeError):
        scaled_deviations([1, None])
