from percent_change import percent_change


def test_changes_against_the_value_before():
    assert percent_change([100, 150, 75, 75]) == [None, 50.0, -50.0, 0.0]


def test_changes_are_rounded_to_one_decimal():
    assert percent_change([3, 4, 3]) == [None, 33.3, -25.0]
    assert percent_change([7, 9]) == [None, 28.6]


def test_negative_values_are_compared_by_size():
    assert percent_change([-10, 5, -5]) == [None, 150.0, -200.0]
    assert percent_change([-10, -20]) == [None, -100.0]


def test_no_change_from_zero_but_to_zero():
    assert percent_change([0, 5, 0, 0, 2]) == [None, None, -100.0, None, None]


def test_missing_values_give_no_change_on_both_sides():
    assert percent_change([4, None, 8, 10, None, None, 1]) == [None, None, None, 25.0, None, None, None]


def test_short_lists():
    assert percent_change([]) == []
    assert percent_change([5]) == [None]
