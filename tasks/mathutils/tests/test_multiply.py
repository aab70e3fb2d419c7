import pytest

from multiply import multiply


def test_multiplies_all_factors():
    assert multiply(3, 4) == 12
    assert multiply(2, -3, 5) == -30
    assert multiply(0, 7) == 0


def test_one_factor_and_none():
    assert multiply(9) == 9
    assert multiply() == 1
    assert isinstance(multiply(), int)


def test_a_float_makes_the_result_a_float():
    assert multiply(0.5, 3) == pytest.approx(1.5)
    assert isinstance(multiply(2.0, 3), float)
    assert isinstance(multiply(2, 3), int)


@pytest.mark.parametrize("factors", [("2", 3), (2, "3"), (0, "x"), (True,), (2, None)])
def test_refuses_what_is_no_number(factors):
    with pytest.raises(TypeError):
        multiply(*factors)
