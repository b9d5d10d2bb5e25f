# SPDX-License-Identifier: Apache-2.0
"""Gathers what the CRM assessments read into one folder: the files as they are, the pack, both assessments.

python tests/real/crm_sales_opportunities/prepare.py DATA_DIR OUT_DIR
# DATA_DIR holds the folder `crm_sales_opportunities`
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def prepare(data_dir: Path, out: Path) -> list[Path]:
    """Write the folder `out` and return the assessments in it."""
    source = data_dir / "crm_sales_opportunities"
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(HERE / "pack", out / "pack", dirs_exist_ok=True)
    assessments = sorted(HERE.glob("assessment*.yaml"))
    for name in ("accounts.csv", "sales_pipeline.csv", "sales_pipeline_dmy_dates.csv"):
        shutil.copyfile(source / name, out / name)
    for path in assessments:
        shutil.copyfile(path, out / path.name)
    return [out / path.name for path in assessments]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    print(*prepare(Path(sys.argv[1]), Path(sys.argv[2])), sep="\n")
