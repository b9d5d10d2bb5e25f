# SPDX-License-Identifier: Apache-2.0
"""A customer's code and names as they are compared: expressions that take away what only differs in writing."""

from __future__ import annotations

import polars as pl

from ..lang.functions.codes import CODE, plain_code_frame

UNIFIED_CODE, NAME, FORMER_NAME = "uscc", "name", "former_name"
"""The fields of the data dictionary that say who a customer is."""
PHONE, EMAIL, ADDRESS = "registered_phone", "registered_email", "address"
"""The fields that, beside a name, say who a customer without a credit code is."""
CUSTOMER_TYPE, PERSON, ABROAD = "customer_type", "person", "overseas"
"""The field that says what a customer is, and those of its values that are compared in their own way."""
COMPANY = "company"

_MARKS = r"[\p{P}\p{S}\p{C}\s]+"
_ENGLISH_FORM = r"(?: (?:co|company|ltd|limited|inc|incorporated|corp|corporation|llc|plc))+$"
_CHINESE_FORM = r"(?:股份有限公司|有限责任公司|有限公司|股份公司|公司)$"
_BETWEEN_NAMES = r"[;；、|\n]+"
_BETWEEN_PHONES = r"[;；、,，/|\n]+"
_EXTENSION = r"(?:转|分机|ext|x|#).*$"
_COUNTRY = r"^(?:0086|86)(\d{10,})$"
_NOTHING_BUT_ZEROS = "0" * 18
_NO_NUMBER = r"^(?:0*|1*|2*|3*|4*|5*|6*|7*|8*|9*)$"


def code_key(text: pl.Expr) -> pl.Expr:
    """A credit code without differences of writing; missing where the text can't be one."""
    shaped: pl.Expr = plain_code_frame(text).str.extract(f"^({CODE.pattern})$", 1)
    return shaped.replace(_NOTHING_BUT_ZEROS, None)


def name_key(text: pl.Expr) -> pl.Expr:
    """A company's name without legal form, brackets, marks, blanks, width and case; missing where nothing is left."""
    words = text.str.normalize("NFKC").str.to_lowercase().str.replace_all(_MARKS, " ").str.strip_chars(" ")
    core = words.str.replace(_ENGLISH_FORM, "").str.replace_all(" ", "", literal=True)
    return core.str.replace(_CHINESE_FORM, "").replace("", None)


def former_keys(text: pl.Expr) -> pl.Expr:
    """The names of a cell, one or several with marks between them, as a list of keys."""
    names = text.str.replace_all(_BETWEEN_NAMES, "\n").str.split("\n")
    return names.list.eval(name_key(pl.element())).list.drop_nulls()


def phone_keys(text: pl.Expr) -> pl.Expr:
    """The telephone numbers of a cell by their digits, without country code and extension, as a list of keys."""
    numbers = text.str.normalize("NFKC").str.to_lowercase().str.replace_all(_BETWEEN_PHONES, "\n")
    digits = pl.element().str.replace(_EXTENSION, "").str.replace_all(r"\D", "").str.replace(_COUNTRY, "$1")
    real = (digits.str.len_chars() >= 7) & ~digits.str.contains(_NO_NUMBER)
    return numbers.str.split("\n").list.eval(pl.when(real).then(digits)).list.drop_nulls()


def email_keys(text: pl.Expr) -> pl.Expr:
    """The mail addresses of a cell without case and blanks, as a list of keys."""
    return (
        text.str.normalize("NFKC")
        .str.to_lowercase()
        .str.extract_all(r"[^\s;；、,，/|<>]+@[^\s;；、,，/|<>]+")
    )


def address_keys(text: pl.Expr) -> pl.Expr:
    """An address without marks, blanks, width and case, as a list of one key; none where no number of a house is in it."""
    folded = text.str.normalize("NFKC").str.to_lowercase().str.replace_all(_MARKS, "")
    return pl.when(folded.str.contains(r"\d")).then(pl.concat_list(folded))
