import pytest

from mean import mean


def test_mean_of_several_values():
    assert mean([1, 2, 3, 4]) == pytest.approx(2.5)
    assert mean([-2, 0, 5]) == pytest.approx(1.0)


def test_mean_of_one_value():
    assert mean([42]) == pytest.approx(42.0)


def test_the_result_is_a_float():
    assert isinstance(mean([2, 4]), float)


def test_no_values_have_no_mean():
    with pytest.raises(ValueError):
        mean([])


def test_refuses_what_is_no_number():
    with pytest.raises(TypeError):
        mean([1, None])
