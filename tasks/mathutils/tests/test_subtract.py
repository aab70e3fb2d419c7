import pytest

from subtract import subtract


def test_subtracts_ints_exactly():
    assert subtract(5, 3) == 2
    assert subtract(3, 5) == -2
    assert subtract(10**25, 1) == 10**25 - 1


def test_subtracts_floats():
    assert subtract(3.5, 1.25) == pytest.approx(2.25)
    assert isinstance(subtract(3.0, 1), float)


@pytest.mark.parametrize("pair", [("5", 3), (5, None), (True, 1), (1, False)])
def test_refuses_what_is_no_number(pair):
    with pytest.raises(TypeError):
        subtract(*pair)
