from fill_missing import fill_missing


def test_absent_and_none_are_filled():
    rows = [{"a": None, "b": 1}, {"b": None}, {"a": 5}]
    assert fill_missing(rows, {"a": 0, "b": "x"}) == [
        {"a": 0, "b": 1},
        {"a": 0, "b": "x"},
        {"a": 5, "b": "x"},
    ]


def test_falsy_values_stay():
    rows = [{"a": 0, "b": "", "c": False}]
    assert fill_missing(rows, {"a": 1, "b": 1, "c": 1}) == rows


def test_other_fields_stay():
    assert fill_missing([{"a": None, "z": None}], {"a": 1}) == [{"a": 1, "z": None}]
    assert fill_missing([{"a": None}], {}) == [{"a": None}]


def test_a_callable_gets_the_original_record():
    def total(record):
        return (record.get("price"), record.get("units"))

    rows = [{"price": None, "units": 3, "total": None}]
    assert fill_missing(rows, {"price": 2, "total": total}) == [{"price": 2, "units": 3, "total": (None, 3)}]


def test_a_callable_is_called_only_where_it_is_needed():
    calls = []
    rows = [{"a": 1}, {"a": None, "id": 7}]
    assert fill_missing(rows, {"a": lambda record: calls.append(record["id"]) or 9}) == [
        {"a": 1},
        {"a": 9, "id": 7},
    ]
    assert calls == [7]


def test_the_input_is_not_changed():
    rows = [{"a": None}, {"a": 1}]
    result = fill_missing(rows, {"a": 2, "b": 3})
    assert rows == [{"a": None}, {"a": 1}]
    full = [{"a": 1}]
    assert fill_missing(full, {"a": 2})[0] is not full[0]
    assert result == [{"a": 2, "b": 3}, {"a": 1, "b": 3}]
