# SPDX-License-Identifier: Apache-2.0
"""A pack in YAML -> a checked, frozen `Pack`, or every problem at once: one module a part of the language, `loading` puts them together."""
