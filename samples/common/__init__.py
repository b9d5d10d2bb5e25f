# SPDX-License-Identifier: Apache-2.0
"""What the sample scripts share: random draws, how files are written, and the facts any business keeps of a customer."""
