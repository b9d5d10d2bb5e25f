# SPDX-License-Identifier: Apache-2.0
"""The sheets of the workbook: what stands on each, and the formulas that recompute it."""
