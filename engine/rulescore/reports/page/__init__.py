# SPDX-License-Identifier: Apache-2.0
"""The looks of the HTML report: charts, styles, the form of the page, and what makes its list of customers work."""
