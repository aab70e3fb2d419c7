import pytest

from safe_divide import safe_divide


def test_divides():
    assert safe_divide(6, 3) == pytest.approx(2.0)
    assert safe_divide(-1, 4) == pytest.approx(-0.25)
    assert isinstance(safe_divide(6, 3), float)


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_division_by_zero_gives_the_default(zero):
    assert safe_divide(5, zero) is None
    assert safe_divide(5, zero, default="none") == "none"
    assert safe_divide(0, zero, 7) == 7


def test_the_default_does_not_matter_otherwise():
    assert safe_divide(0, 5, default=9) == 0
    assert safe_divide(1, 1, 0) == 1


@pytest.mark.parametrize("pair", [("6", 3), (6, "3"), (None, 0), (True, 2), (2, True)])
def test_refuses_what_is_no_number(pair):
    with pytest.raises(TypeError):
        safe_divide(*pair)
