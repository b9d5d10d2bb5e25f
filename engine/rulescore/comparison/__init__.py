# SPDX-License-Identifier: Apache-2.0
"""Two runs -> what moved between them and why: one module a kind of change, `runs` puts them together."""
