# SPDX-License-Identifier: Apache-2.0
"""A run folder against its seal, its raw files and the row engine: one module a question, `examination` asks them all."""
