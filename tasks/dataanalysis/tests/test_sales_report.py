from sales_report import sales_report


def raw(order_id, region, product="Desk Lamp", quantity=1, price=10.0):
    return {
        "order_id": order_id,
        "region": region,
        "product": product,
        "quantity": quantity,
        "unit_price": price,
        "date": "2024-05-06",
    }


def test_the_report_of_the_dataset():
    assert sales_report().split("\n") == [
        "Sales report",
        "1. North [A]: 2,509.30 (35.5%), 4 orders, best Notebook",
        "2. South [A]: 2,076.77 (29.4%), 4 orders, best Notebook",
        "3. East [B]: 1,463.30 (20.7%), 3 orders, best Notebook",
        "4. West [C]: 979.96 (13.9%), 3 orders, best Monitor Arm",
        "5. Unknown [C]: 32.50 (0.5%), 1 order, best Notebook",
        "Total: 7,061.83 from 15 orders in 5 regions",
    ]


def test_no_sales():
    assert sales_report([]) == "Sales report\nNo sales"
    assert sales_report([raw("S-1", "West", quantity=0)]) == "Sales report\nNo sales"


def test_counts_of_one_are_singular():
    assert sales_report([raw("S-1", "West", price=1234567.5)]) == (
        "Sales report\n"
        "1. West [A]: 1,234,567.50 (100.0%), 1 order, best Desk Lamp\n"
        "Total: 1,234,567.50 from 1 order in 1 region"
    )


def test_equal_regions_share_their_rank():
    source = [
        raw("S-1", "west"),
        raw("S-2", "east"),
        raw("S-3", "north", quantity=3),
        raw("S-4", "east", price=0),
    ]
    assert sales_report(source) == (
        "Sales report\n"
        "1. North [A]: 30.00 (60.0%), 1 order, best Desk Lamp\n"
        "2. East [B]: 10.00 (20.0%), 2 orders, best Desk Lamp\n"
        "2. West [C]: 10.00 (20.0%), 1 order, best Desk Lamp\n"
        "Total: 50.00 from 4 orders in 3 regions"
    )
