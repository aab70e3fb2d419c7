from translate import translate


def test_both_distances_are_written():
    assert translate(3, 4.5) == "translate(3 4.5)"
    assert translate(-1.0, -2.25) == "translate(-1 -2.25)"


def test_a_second_distance_of_zero_is_left_out():
    assert translate(3) == "translate(3)"
    assert translate(2.5, 0.0) == "translate(2.5)"


def test_a_first_distance_of_zero_is_written():
    assert translate(0, 4) == "translate(0 4)"
    assert translate(0.0, -4) == "translate(0 -4)"


def test_no_move_gives_nothing():
    assert translate(0) == ""
    assert translate(0, 0) == ""
    assert translate(0.0, 0.0) == ""
