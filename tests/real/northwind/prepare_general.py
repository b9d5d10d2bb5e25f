# SPDX-License-Identifier: Apache-2.0
"""Writes `orders_with_amount.csv`: Northwind's orders with the sum of their lines, unit price × quantity × (1 - discount).

    python tests/real/northwind/prepare_general.py FOLDER      # FOLDER holds the published files of Northwind

Sums are exact decimals; what an order says of itself is passed on as it is written.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def prepare(folder: Path) -> None:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for line in rows(folder / "order_details.csv"):
        price, quantity, discount = (Decimal(line[name]) for name in ("UnitPrice", "Quantity", "Discount"))
        amounts[line["OrderID"]] += price * quantity * (1 - discount)
    with (folder / "orders_with_amount.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("OrderID", "CustomerID", "OrderDate", "Amount", "Freight"))
        for order in rows(folder / "orders.csv"):
            amount = amounts[order["OrderID"]]
            writer.writerow(
                (order["OrderID"], order["CustomerID"], order["OrderDate"], amount, order["Freight"])
            )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    prepare(Path(sys.argv[1]))
