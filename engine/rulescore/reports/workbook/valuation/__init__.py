# SPDX-License-Identifier: Apache-2.0
"""The sheets of assumptions and of the valuation: what was assumed, and the value of every scenario live from it."""
