# SPDX-License-Identifier: Apache-2.0
"""How long reading takes beside the libraries that read: `python readers.py [ROWS]`.

A CSV file of orders through the reader (types, places, checks) against Polars `read_csv` of the same file, and a workbook of
50,000 x 10 cells against python-calamine alone; and what the habits of spreadsheets cost where they occur. Processor time,
medians of runs in alternation; every measurement in a process of its own.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 3
SHEET_ROWS = 50_000

HEAD = "import resource, sys, time\nsys.path.insert(0, sys.argv[2])\n"
TAIL = """
use = resource.getrusage(resource.RUSAGE_SELF)
print(time.process_time() - began, use.ru_maxrss / 1024)
"""

POLARS = "import polars as pl\nbegan = time.process_time()\npl.read_csv(sys.argv[1])"
CALAMINE = """from python_calamine import CalamineWorkbook
began = time.process_time()
CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()"""
READER = """import polars as pl
from pathlib import Path
from rulescore.bundled import folder as shipped
from rulescore.packs.loading import load
from rulescore.problems import Problems
from rulescore.readers import assessment_of_files, read_tables
dictionary = load(shipped("rulesets") / "general")[0].tables
folder = Path(sys.argv[1]).parent
began = time.process_time()
problems = Problems()
paths = [folder / "customers.csv", sys.argv[1]]
tables, _ = read_tables(assessment_of_files(paths, problems), dictionary, problems)
frame = tables["orders"].frame.collect(engine="streaming")
assert frame.height == ROWS, frame.height"""


def orders(path: Path, rows: int, habits: bool) -> None:
    """Writes synthetic orders; with habits, amounts in 万 and dates of three forms."""
    draw = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        file.write("order_id,customer_id,order_date,amount,status,remark\n")
        for number in range(rows):
            day = f"2025-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
            amount = f"{draw.randint(100, 10_000_000) / 100:.2f}"
            if habits and number % 3 == 0:
                day, amount = day.replace("-", "/"), f"{draw.randint(1, 1000) / 100}万"
            customer = f"C{draw.randint(1, 50_000):06}"
            file.write(f"O{number:08},{customer},{day},{amount},done,row {number}\n")


def workbook(path: Path, rows: int) -> None:
    """Writes a workbook of orders of ten columns."""
    import xlsxwriter

    draw = random.Random(7)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("orders")
        named = ["order_id", "customer_id", "order_date", "amount", "status"]
        sheet.write_row(0, 0, [*named, *(f"other {n}" for n in range(5))])
        for number in range(rows):
            day = f"2025-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
            cells = [
                f"O{number:08}",
                f"C{draw.randint(1, 50_000):06}",
                day,
                draw.randint(1, 9999) / 4,
                "done",
            ]
            sheet.write_row(
                number + 1, 0, [*cells, number, number / 7, "text", draw.randint(1, 9), f"t{number}"]
            )


def measured(program: str, path: Path, rows: int) -> tuple[float, float]:
    """(processor seconds, MiB) of a program in a process of its own."""
    code = HEAD + program.replace("ROWS", str(rows)) + TAIL
    engine = Path(__file__).resolve().parents[2] / "engine"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(engine)], check=True, capture_output=True, text=True
    )
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def compared(name: str, ours: str, theirs: str, path: Path, rows: int, limit: str) -> None:
    pairs = [(measured(ours, path, rows), measured(theirs, path, rows)) for _ in range(RUNS)]
    mine, other = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
    memory = statistics.median(pair[0][1] for pair in pairs)
    print(f"{name:42} {mine:6.2f} s {other:6.2f} s {mine / other:5.2f}x   {memory:6.0f} MiB   limit {limit}")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ids = "".join(f"C{number:06}\n" for number in range(1, 50_001))
        (folder / "customers.csv").write_text("customer_id\n" + ids, encoding="utf-8")
        print(f"{'':42} {'reader':>8} {'library':>8}")
        for name, habits in (("regular CSV", False), ("CSV with 万 and mixed dates", True)):
            orders(folder / "orders.csv", rows, habits)
            compared(f"{name}, {rows:,} orders", READER, POLARS, folder / "orders.csv", rows, "2x + 1 s")
        workbook(folder / "orders.xlsx", SHEET_ROWS)
        compared(f"workbook, {SHEET_ROWS:,} x 10", READER, CALAMINE, folder / "orders.xlsx", SHEET_ROWS, "2x")


if __name__ == "__main__":
    main()
