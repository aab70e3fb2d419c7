"""The shared sales dataset: raw records as a shop system exported them, with all their flaws."""

FIELDS = ("order_id", "date", "region", "product", "customer", "quantity", "unit_price", "discount")

SALES: list[dict[str, object]] = [
    {
        "order_id": order_id,
        "date": date,
        "region": region,
        "product": product,
        "customer": customer,
        "quantity": quantity,
        "unit_price": unit_price,
        "discount": discount,
    }
    for order_id, date, region, product, customer, quantity, unit_price, discount in [
        ("S-001", "2024-01-05", "North", "Desk Lamp", "Ada Field", 4, 39.5, 0.0),
        ("S-002", "2024-01-05", "South", "Office Chair", "Ben Marsh", 2, 189.0, 0.1),
        ("S-003", " 2024-01-19 ", " north ", "Notebook", "Cleo Vane", "12", "3.25", None),
        ("S-004", "22/01/2024", "East", "Standing Desk", "Dan Holt", 1, "$1,249.00", "5%"),
        ("S-005", "2024-02-02", "West", "desk  lamp", "Eve Stone", 3, 39.5, 0),
        ("S-006", "2024-02-02", "SOUTH", "Notebook", None, 40, 3.25, 0.2),
        ("S-007", "2024-02-30", "East", "Notebook", "Finn Moor", 5, 3.25, 0),
        ("S-008", "2024-02-14", "East", "Office Chair", "n/a", 1, 189.0, ""),
        ("S-009", "2024-02-20", "North", "Monitor Arm", "Ada Field", 0, 74.9, 0),
        ("S-010", "29/02/2024", "West", "Monitor Arm", "Gus Lake", "6", "74.90", "10%"),
        ("S-011", "2024-03-01", "", "Notebook", "Hana Reed", 10, 3.25, 0),
        ("S-012", "2024-03-04", "North", "Standing Desk", "Ben Marsh", 2, 1249, 0.15),
        ("S-002", "2024-01-06", "South", "Office Chair", "Ben Marsh", 3, 189.0, 0.1),
        ("S-013", "2024-03-11", "west", "OFFICE CHAIR", "Eve Stone", 2, 189.0, 0),
        ("S-014", "2024-03-11", "South", "Monitor Arm", "Ivo Crane", -2, 74.9, 0),
        ("S-015", "2024-03-18", "East", "Desk Lamp", "Dan Holt", "two", 39.5, 0),
        ("S-016", "2024-04-02", "South", "Standing Desk", "Jo Pike", 1, 1249.0, 0),
        ("s-005", "2024-02-03", "West", "Desk Lamp", "Eve Stone", 5, 39.5, 0),
        ("S-017", "2024-04-02", "South", "Monitor Arm", "cleo vane", 3, 74.9, 0.05),
        ("S-018", "2024-04-15", "North", "Notebook", "Kim Dale", 25, None, 0),
        ("S-019", "2024-04-22", "East", "Monitor Arm", "Lou Brook", 4, 74.9, 1.5),
        ("-", "2024-05-06", "West", "Notebook", "Gus Lake", 8, 3.25, 0),
        ("S-020", "2024-05-13", "East", "Notebook", "Finn Moor", 30.0, 3.25, "0.1"),
        ("S-021", "13/05/2024", "North", "Office Chair", "Ada Field", 1, 189, 0),
    ]
]
