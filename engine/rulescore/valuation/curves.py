# SPDX-License-Identifier: Apache-2.0
"""What is left of customers after some time: constant attrition, Weibull, sBG, a tabled curve, or measured survivors.

Every curve is one function of time in years from the first order. Curves that are given at points (sBG, tables, measured survivors) run
in a straight line between them. Customers that have been there for `age` years leave by S(age + t) / S(age).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from itertools import pairwise

from .parts import CONTEXT, HALF, ONE, Assumption, Given, UnusableError, power

Curve = Callable[[Decimal], Decimal]

ZERO = Decimal(0)
ASSUMPTIONS = {
    "attrition": Assumption({"zh": "年流失率", "en": "Attrition a year"}, "share", default="0", least=ZERO, most=ONE, carries="attrition", idle=ZERO),
    "weibull_scale": Assumption({"zh": "威布尔尺度（年）", "en": "Weibull scale, years"}, "years", default="0", least=ZERO, quiet=True, carries="attrition", idle=ZERO),
    "weibull_shape": Assumption({"zh": "威布尔形状", "en": "Weibull shape"}, default="1", least=Decimal("0.01"), most=Decimal(20), quiet=True),
    "sbg_alpha": Assumption({"zh": "sBG 的 α", "en": "sBG alpha"}, default="0", least=ZERO, quiet=True, carries="attrition", idle=ZERO),
    "sbg_beta": Assumption({"zh": "sBG 的 β", "en": "sBG beta"}, default="0", least=ZERO, quiet=True),
    "measured_survivors": Assumption({"zh": "实测各年末留存", "en": "Measured survivors at the end of each year"}, "share", kind="series", default="", least=ZERO, most=ONE, quiet=True, carries="attrition", idle=ONE),
    "average_life": Assumption({"zh": "曲线的平均寿命（年）", "en": "Average life of the tabled curve, years"}, "years", default="0", least=ZERO, quiet=True, carries="attrition", idle=ZERO),
    "curve_ages": Assumption({"zh": "曲线：占平均寿命的比例", "en": "Curve: ages as shares of the average life"}, "share", kind="series", default="", least=ZERO, quiet=True),
    "curve_left": Assumption({"zh": "曲线：留存比例", "en": "Curve: shares left"}, "share", kind="series", default="", least=ZERO, most=ONE, quiet=True),
    "age": Assumption({"zh": "客户已合作年数", "en": "Years that customers have been there"}, "years", default="0", least=ZERO, most=Decimal(100), quiet=True),
    "survivors": Assumption({"zh": "留存口径", "en": "When survivors are counted"}, kind=("mid", "begin", "end", "average"), default="mid"),
}  # fmt: skip


def curve_of(given: Given) -> Curve:
    """The one curve that is given; attrition may go on where measured survivors end. UnusableError where there are several,
    where points are no falling curve, and where nobody is left at the age."""
    attrition, measured = given["attrition"], given["measured_survivors"]
    found: list[Curve] = []
    if measured:
        found.append(_measured(measured, attrition, given["years"] + given["age"]))
    elif attrition > 0:
        found.append(lambda time: power(ONE - attrition, time) if time else ONE)
    if given["weibull_scale"] > 0:
        scale, shape = given["weibull_scale"], given["weibull_shape"]
        found.append(lambda time: (-((time / scale) ** shape)).exp() if time else ONE)
    if given["sbg_alpha"] > 0 or given["sbg_beta"] > 0:
        if not given["sbg_alpha"] > 0 or not given["sbg_beta"] > 0:
            raise UnusableError("sbg-half")
        found.append(_between(_sbg(given["sbg_alpha"], given["sbg_beta"])))
    if given["average_life"] > 0 or given["curve_ages"] or given["curve_left"]:
        found.append(_tabled(given["average_life"], given["curve_ages"], given["curve_left"]))
    if len(found) > 1:
        raise UnusableError("attrition-twice")
    curve, age = found[0] if found else lambda time: ONE, given["age"]
    before = curve(age)
    if before == 0:
        raise UnusableError("nobody-left", age=str(age))
    return curve if age == 0 else lambda time: curve(age + time) / before


def counted(curve: Curve, year: int, convention: str) -> Decimal:
    """The survivors of a year (from 1) at its beginning, middle or end, or the mean of beginning and end."""
    match convention:
        case "begin":
            return curve(Decimal(year - 1))
        case "end":
            return curve(Decimal(year))
        case "average":
            return (curve(Decimal(year - 1)) + curve(Decimal(year))) / 2
    return curve(Decimal(year) - HALF)


def lives(given: Given) -> dict[str, Decimal]:
    """Years until half have left and the mean years that customers stay, where the curve has a form that says so: constant
    attrition and Weibull."""
    attrition, age = given["attrition"], given["age"]
    if age == 0 and given["weibull_scale"] > 0:
        scale, root = given["weibull_scale"], ONE / given["weibull_shape"]
        return {"half_life": scale * Decimal(2).ln() ** root, "mean_life": scale * _gamma(ONE + root)}
    if 0 < attrition < 1 and not given["measured_survivors"]:
        rate = -(ONE - attrition).ln()
        return {"half_life": Decimal(2).ln() / rate, "mean_life": ONE / rate}
    return {}


def _measured(left: tuple[Decimal, ...], attrition: Decimal, years: Decimal) -> Curve:
    _falling((ONE, *left))
    if years > len(left) and attrition == 0:
        raise UnusableError("survivors-end", given=str(len(left)), years=str(years))

    def at(year: int) -> Decimal:
        if year <= len(left):
            return left[year - 1] if year else ONE
        return left[-1] * (ONE - attrition) ** (year - len(left)) if attrition < 1 else ZERO

    return _between(at)


def _sbg(alpha: Decimal, beta: Decimal) -> Callable[[int], Decimal]:
    shares = [ONE]

    def at(year: int) -> Decimal:
        while len(shares) <= year:
            shares.append(shares[-1] * (beta + len(shares) - 1) / (alpha + beta + len(shares) - 1))
        return shares[year]

    return at


def _between(at: Callable[[int], Decimal]) -> Curve:
    """A curve through the values at whole years."""

    def curve(time: Decimal) -> Decimal:
        year = int(time)
        part = time - year
        return at(year) if part == 0 else at(year) + (at(year + 1) - at(year)) * part

    return curve


def _tabled(life: Decimal, ages: tuple[Decimal, ...], left: tuple[Decimal, ...]) -> Curve:
    """A curve given as shares left at shares of the average life, such as an Iowa curve; after its last point nobody is left."""
    if len(ages) != len(left) or len(ages) < 2:
        raise UnusableError("series-differ", names="curve_ages, curve_left")
    if life == 0 or ages[0] != 0 or any(one >= other for one, other in pairwise(ages)):
        raise UnusableError("curve-ages")
    _falling((ONE, *left))

    def curve(time: Decimal) -> Decimal:
        age = time / life
        for index in range(1, len(ages)):
            if age <= ages[index]:
                part = (age - ages[index - 1]) / (ages[index] - ages[index - 1])
                return left[index - 1] + (left[index] - left[index - 1]) * part
        return ZERO

    return curve


def _falling(left: tuple[Decimal, ...]) -> None:
    if any(later > earlier for earlier, later in pairwise(left)):
        raise UnusableError("survivors-rise")


def _gamma(z: Decimal) -> Decimal:
    """Gamma by Stirling's series forty steps up: correct to the digits that are shown."""
    with localcontext(CONTEXT):
        product, up = ONE, z
        for _ in range(40):
            product, up = product * up, up + 1
        square = up * up
        tail = (
            ONE / 12
            - (ONE / 360 - (ONE / 1260 - (ONE / 1680 - ONE / 1188 / square) / square) / square) / square
        ) / up
        half_log = (2 * PI).ln() / 2
        return ((up - HALF) * up.ln() - up + half_log + tail).exp() / product


PI = Decimal("3.141592653589793238462643383279502884")
