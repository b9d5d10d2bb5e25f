# SPDX-License-Identifier: Apache-2.0
"""Gathers what the Northwind assessment reads into one folder.

Features aggregate one event table by its customer, and Northwind's order lines name neither customer nor date: they are
joined to their order (customer, date) and their product (category) and written as `order_lines.csv`. Numbers are
passed on as they are written in the source. Customers and orders are copied as they are.

    python tests/real/northwind/prepare.py DATA_DIR OUT_DIR      # DATA_DIR holds the folder `northwind`
"""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LINE = (
    "order_id",
    "customer_id",
    "order_date",
    "product_id",
    "category",
    "unit_price",
    "quantity",
    "discount",
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def prepare(data_dir: Path, out: Path) -> Path:
    """Write the folder `out` and return the assessment in it."""
    source = data_dir / "northwind"
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(HERE / "pack", out / "pack", dirs_exist_ok=True)
    for path in (HERE / "assessment.yaml", source / "customers.csv", source / "orders.csv"):
        shutil.copyfile(path, out / path.name)

    orders = {row["OrderID"]: row for row in rows(source / "orders.csv")}
    categories = {row["CategoryID"]: row["CategoryName"] for row in rows(source / "categories.csv")}
    products = {row["ProductID"]: categories[row["CategoryID"]] for row in rows(source / "products.csv")}
    with (out / "order_lines.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(LINE)
        for row in rows(source / "order_details.csv"):
            order = orders[row["OrderID"]]
            day = order["OrderDate"].split(" ")[0]
            writer.writerow(
                (row["OrderID"], order["CustomerID"], day, row["ProductID"], products[row["ProductID"]],
                 row["UnitPrice"], row["Quantity"], row["Discount"])
            )  # fmt: skip
    return out / "assessment.yaml"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    print(prepare(Path(sys.argv[1]), Path(sys.argv[2])))
