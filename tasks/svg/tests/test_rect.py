import pytest

from rect import rect


def test_position_and_size():
    assert rect(1, 2.5, 30, 40) == '<rect x="1" y="2.5" width="30" height="40"/>'
    assert rect(0, 0, 0.5, 0.25, fill="red") == '<rect x="0" y="0" width="0.5" height="0.25" fill="red"/>'


def test_rounded_corners_come_before_the_fill():
    assert rect(1, 2, 10, 4.5, 1, "red") == '<rect x="1" y="2" width="10" height="4.5" rx="1" fill="red"/>'


def test_corners_are_rounded_by_half_the_shorter_side_at_most():
    assert rect(0, 0, 10, 4, 9) == '<rect x="0" y="0" width="10" height="4" rx="2"/>'
    assert rect(0, 0, 9, 5, 9) == '<rect x="0" y="0" width="9" height="5" rx="2.5"/>'
    assert rect(0, 0, 3, 8, 9) == '<rect x="0" y="0" width="3" height="8" rx="1.5"/>'
    assert rect(0, 0, 8, 8, 4) == '<rect x="0" y="0" width="8" height="8" rx="4"/>'


def test_without_area_nothing_is_drawn():
    assert rect(1, 2, 0, 5) == ""
    assert rect(1, 2, 5, 0, 1, "red") == ""


def test_negative_sizes_are_refused():
    for width, height, radius in ((-1, 5, 0), (5, -1, 0), (5, 5, -0.5), (0, 5, -1), (0, -5, 0)):
        with pytest.raises(ValueError):
            rect(0, 0, width, height, radius)
