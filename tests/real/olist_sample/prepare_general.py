# SPDX-License-Identifier: Apache-2.0
"""Writes `orders_by_customer.csv` and `reviews_by_customer.csv`: Olist's orders with the sum of their items, and the reviews,
under the id of the person (`customer_unique_id`), where the published files know only an id of the order.

    python tests/real/olist_sample/prepare_general.py FOLDER      # FOLDER holds the published files of Olist
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, header: tuple[str, ...], lines: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


def prepare(folder: Path) -> None:
    person = {
        row["customer_id"]: row["customer_unique_id"] for row in rows(folder / "olist_customers_dataset.csv")
    }
    price: dict[str, Decimal] = defaultdict(Decimal)
    freight: dict[str, Decimal] = defaultdict(Decimal)
    for item in rows(folder / "olist_order_items_dataset.csv"):
        price[item["order_id"]] += Decimal(item["price"])
        freight[item["order_id"]] += Decimal(item["freight_value"])
    orders = rows(folder / "olist_orders_dataset.csv")
    of_order = {order["order_id"]: person[order["customer_id"]] for order in orders}
    lines: list[tuple[object, ...]] = [
        (
            order["order_id"], of_order[order["order_id"]], order["order_purchase_timestamp"], order["order_status"],
            price.get(order["order_id"], ""), freight.get(order["order_id"], ""),
        )
        for order in orders
    ]  # fmt: skip
    names = ("order_id", "customer_unique_id", "order_purchase_timestamp", "order_status", "price", "freight")
    write(folder / "orders_by_customer.csv", names, lines)
    reviews: list[tuple[object, ...]] = [
        (row["review_id"], of_order[row["order_id"]], row["review_creation_date"], row["review_score"])
        for row in rows(folder / "olist_order_reviews_dataset.csv")
    ]
    names = ("review_id", "customer_unique_id", "review_creation_date", "review_score")
    write(folder / "reviews_by_customer.csv", names, reviews)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    prepare(Path(sys.argv[1]))
