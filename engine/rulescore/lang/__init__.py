# SPDX-License-Identifier: Apache-2.0
"""The expression language: text -> tree (`syntax`) -> typed tree (`check`), its functions, and its words."""
