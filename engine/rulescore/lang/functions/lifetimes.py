# SPDX-License-Identifier: Apache-2.0
"""Functions of how long customers stay and what they will buy: the fitted models of `fits`, and what follows from them.

Over the base a fit is an aggregate: it takes repeat orders, the time from the first order to the last, and the time since the first,
of every customer, in one unit of time. Customers of whom one is missing do not count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import fits
from .declare import Aggregate, Events, Function, elementwise

Table = Any
"""A numpy array: a row a customer, a column an operand, what is missing as NaN."""


def _value(number: float | None) -> float | None:
    """What is shown: twelve digits, since the last bits of logarithms differ between machines."""
    return None if number is None or not math.isfinite(number) else fits.kept_digits(number, 12)


def _function(
    name: str, count: tuple[str, ...], zh: str, en: str, words_zh: str, words_en: str, row: Callable[..., float | None],
    examples: tuple[tuple[str, float | None], ...],
) -> Function:  # fmt: skip
    def shown(*values: float) -> float | None:
        return _value(row(*values))

    return Function(name, count, "number", {"zh": zh, "en": en}, {"zh": words_zh, "en": words_en}, shown, elementwise(shown), examples)  # fmt: skip


def _aggregate(
    name: str, operands: int, zh: str, en: str, words_zh: str, words_en: str, of: Callable[[Table], float | None],
    examples: tuple[tuple[str, float | None], ...],
) -> Aggregate:  # fmt: skip
    def row(events: Events) -> float | None:
        import numpy as np

        rows = [value for _, value in events if value is not None]
        return _value(of(np.array(rows, dtype=np.float64).reshape(len(rows), operands)))

    def frame(pl: Any, x: Any, inside: Any, day: Any) -> Any:
        def run(together: Any) -> Any:
            columns = together.drop_nulls().struct.unnest().cast(pl.Float64).fill_null(math.nan)
            return pl.Series([_value(of(columns.to_numpy()))], dtype=pl.Float64)

        return x.filter(inside).map_batches(run, return_dtype=pl.Float64, returns_scalar=True)

    return Aggregate(
        name, "number", "number", {"zh": zh, "en": en}, {"zh": words_zh, "en": words_en}, row, frame, None, examples, operands=operands
    )  # fmt: skip


def _grouped(rows: Table) -> tuple[fits.Groups, Any]:
    """Distinct rows, ascending, with how many there are of each; and for each row which of them it is."""
    import numpy as np

    rows = rows + 0.0  # -0.0 is 0
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = first.cumsum() - 1
    starts = np.flatnonzero(first)
    counts = np.diff(np.append(starts, len(rows))).astype(np.float64)
    return np.column_stack([ordered[starts], counts]), place


def _sound(rows: Table) -> Any:
    """Which histories make sense: whole repeats, nothing after the end, no last without a repeat."""
    x, last, seen = rows[:, 0], rows[:, 1], rows[:, 2]
    return (x >= 0) & (x % 1 == 0) & (last >= 0) & (last <= seen) & ((x > 0) | (last == 0))


def _histories(rows: Table) -> tuple[fits.Groups, Any]:
    return _grouped(rows[_sound(rows), :3])


def _fitted(place: int) -> Callable[[Table], float | None]:
    def of(table: Table) -> float | None:
        found = fits.bg_nbd(_histories(table)[0])
        return None if found is None else found[place]

    return of


def _ahead(times: Any) -> float | None:
    """The time ahead, which must be the same for all."""
    same = len(times) and (times == times[0]).all() and times[0] >= 0
    return float(times[0]) if same else None


def _alive(table: Table) -> float | None:
    groups, _ = _histories(table)
    fitted = fits.bg_nbd(groups)
    if fitted is None:
        return None
    chances = ((fits.alive(x, last, seen, *fitted), count) for x, last, seen, count in groups.tolist())
    return math.fsum(chance * count for chance, count in chances if chance is not None)


def _orders(table: Table) -> float | None:
    time, (groups, _) = _ahead(table[:, 3]), _histories(table)
    found = None if time is None else fits.all_to_come(groups, time)
    return None if found is None else math.fsum((found * groups[:, 3]).tolist())


def _values(rows: Table) -> fits.Groups:
    x, mean = rows[:, 0], rows[:, 1]
    return _grouped(rows[(x > 0) & (x % 1 == 0) & (mean > 0)])[0]


def _fitted_value(place: int) -> Callable[[Table], float | None]:
    def of(table: Table) -> float | None:
        found = fits.gamma_gamma(_values(table))
        return None if found is None else found[place]

    return of


def _sales(table: Table) -> float | None:
    import numpy as np

    time, fitted = _ahead(table[:, 4]), fits.gamma_gamma(_values(table[:, [0, 3]]))
    groups, place = _histories(table)
    found = None if time is None or fitted is None else fits.all_to_come(groups, time)
    if found is None or fitted is None:
        return None
    rows = table[_sound(table)]
    known = rows[:, 3] > 0  # without a mean of its own a customer is taken for one that never came back
    worth = fits.order_values(np.where(known, rows[:, 0], 0.0), np.where(known, rows[:, 3], 0.0), *fitted)
    return math.fsum((found[place] * worth).tolist())


def _correlation(table: Table) -> float | None:
    import numpy as np

    pairs = table[~np.isnan(table).any(axis=1)]
    if len(pairs) < 3:
        return None
    x, y = (column - math.fsum(column.tolist()) / len(pairs) for column in pairs.T)
    both, left, right = (math.fsum(part.tolist()) for part in (x * y, x * x, y * y))
    return both / math.sqrt(left * right) if left > 0 and right > 0 else None


def _sbg(place: int) -> Callable[..., float | None]:
    def row(*pairs: float) -> float | None:
        found = fits.sbg(pairs)
        return None if found is None else found[place]

    return row


_PAIRS = "1000, 869, 869, 743, 743, 653, 653, 593, 593, 551, 551, 517, 517, 491"
_FEW = "sbg_alpha(3, 2, 2, 1)"
_CDNOW = "0.243, 4.414, 0.793, 2.426"

FUNCTIONS = (
    _function(
        "sbg_alpha", ("number", "number", "..."),
        "sBG 留存模型的 α：依次给出第一次、第二次……续约时的应续数与实续数；不足两次、首次不足 30 户或看不出客户差异则缺失",
        "alpha of the sBG model of renewals: customers due and kept at the first, second, ... renewal in turn; missing with fewer than two renewals, fewer than 30 customers at the first, or no difference between customers to be seen",
        "由各次应续、实续数（{all}）拟合的 sBG α", "sBG alpha fitted to due and kept ({all})",
        _sbg(0), ((f"round(sbg_alpha({_PAIRS}), 3)", 0.668), (_FEW, None)),
    ),
    _function(
        "sbg_beta", ("number", "number", "..."),
        "同上，β", "the same, beta", "由各次应续、实续数（{all}）拟合的 sBG β", "sBG beta fitted to due and kept ({all})",
        _sbg(1), ((f"round(sbg_beta({_PAIRS}), 3)", 3.806),),
    ),
    _function(
        "sbg_survival", ("number", "number", "number"),
        "sBG 模型下经 t 次续约仍在的比例：t、α、β；两次续约之间按直线", "the share still there after t renewals by the sBG model: t, alpha, beta; in a straight line between renewals",
        "经{0}次续约的留存（sBG：α {1}，β {2}）", "share left after {0} renewals (sBG, alpha {1}, beta {2})",
        fits.sbg_survival, (("round(sbg_survival(1, 0.668088, 3.806095), 6)", 0.850679), ("sbg_survival(0, 1, 1)", 1), ("sbg_survival(-1, 1, 1)", None)),
    ),
    _function(
        "sbg_lifetime", ("number", "number", "number", "number"),
        "sBG 模型下第 n 次续约前的折现剩余寿命（期数）：n、每期折现率、α、β", "discounted periods still to come just before the n-th renewal by the sBG model: n, rate a period, alpha, beta",
        "第{0}次续约前的折现剩余寿命（sBG：折现率 {1}，α {2}，β {3}）", "discounted residual lifetime before renewal {0} (sBG, rate {1}, alpha {2}, beta {3})",
        fits.sbg_lifetime, (("round(sbg_lifetime(1, 0.1, 0.668, 3.806), 6)", 5.414856), ("sbg_lifetime(0, 0.1, 1, 1)", None)),
    ),
    _function(
        "alive", ("number",) * 7,
        "BG/NBD 模型下客户仍在购买的概率：复购次数、首末单间隔、观察时长、r、α、a、b", "the chance that a customer still buys, by the BG/NBD model: repeat orders, time from first to last order, time since the first, r, alpha, a, b",
        "复购{0}次、末单于{1}、观察{2}的客户仍在购买的概率", "chance that a customer with {0} repeat orders, the last at {1} of {2}, still buys",
        fits.alive, ((f"round(alive(2, 30.43, 38.86, {_CDNOW}), 6)", 0.726579), (f"alive(0, 0, 38.86, {_CDNOW})", 1), (f"alive(1, 5, 4, {_CDNOW})", None)),
    ),
    _function(
        "orders_to_come", ("number",) * 8,
        "BG/NBD 模型下此后若干期的预期订单数：复购次数、首末单间隔、观察时长、期数、r、α、a、b", "orders expected in the periods ahead, by the BG/NBD model: repeat orders, time from first to last order, time since the first, periods ahead, r, alpha, a, b",
        "复购{0}次、末单于{1}、观察{2}的客户此后{3}期的预期订单数", "orders expected in {3} periods of a customer with {0} repeat orders, the last at {1} of {2}",
        fits.orders_to_come, ((f"round(orders_to_come(2, 30.43, 38.86, 39, {_CDNOW}), 3)", 1.226), (f"orders_to_come(1, 5, 4, 39, {_CDNOW})", None)),
    ),
    _function(
        "order_value", ("number",) * 5,
        "Gamma-Gamma 模型下一单的预期金额：复购次数、平均单额、p、q、γ；未复购者取全体均值", "the expected value of an order, by the Gamma-Gamma model: repeat orders, their mean value, p, q, gamma; that of all customers where there is no repeat order",
        "复购{0}次、平均单额{1}的客户一单的预期金额", "expected value of an order after {0} repeat orders of {1} on average",
        fits.order_value, (("round(order_value(2, 22.35, 6.25, 3.74, 15.44), 4)", 24.6637), ("round(order_value(0, 0, 6.25, 3.74, 15.44), 4)", 35.219), ("order_value(1, 10, 6.25, 1, 15.44)", None)),
    ),
)  # fmt: skip

_HISTORY = "orders.amount, orders.amount, orders.amount"
_ZH, _EN = "BG/NBD 模型由全体客户拟合的{}：复购次数、首末单间隔、观察时长；复购客户不足 30 户或拟合不收敛则缺失", "{} of the BG/NBD model fitted to all customers: repeat orders, time from first to last order, time since the first; missing with fewer than 30 customers that came back, or where no maximum is found"  # fmt: skip
AGGREGATES = (
    *(
        _aggregate(
            f"bg_nbd_{name}", 3, _ZH.format(sign), _EN.format(name), f"由{{0}}、{{1}}、{{2}}拟合的 BG/NBD {sign}", f"BG/NBD {name} fitted to {{0}}, {{1}}, {{2}}",
            _fitted(place), ((f"bg_nbd_{name}({_HISTORY})", None),),
        )
        for place, (name, sign) in enumerate((("r", "r"), ("alpha", "α"), ("a", "a"), ("b", "b")))
    ),
    _aggregate(
        "customers_alive", 3,
        "全体客户仍在购买的概率之和，即预期的在购客户数，按由其拟合的 BG/NBD 模型", "the sum of the chances that customers still buy, which is how many are expected to, by the BG/NBD model fitted to them",
        "由{0}、{1}、{2}推断仍在购买的客户数", "customers expected to buy still, from {0}, {1}, {2}", _alive, ((f"customers_alive({_HISTORY})", None),),
    ),
    _aggregate(
        "expected_orders", 4,
        "全体客户此后若干期的预期订单数之和，按由其拟合的 BG/NBD 模型；第四个参数是期数", "the orders expected of all customers in the periods ahead, by the BG/NBD model fitted to them; the fourth argument says how many periods",
        "由{0}、{1}、{2}推断此后{3}期的订单数", "orders expected in {3} periods, from {0}, {1}, {2}", _orders, ((f"expected_orders({_HISTORY}, 12)", None),),
    ),
    *(
        _aggregate(
            f"gamma_gamma_{name}", 2,
            f"Gamma-Gamma 模型由复购客户拟合的 {sign}：复购次数、平均单额；不足 30 户或均值不存在则缺失", f"{name} of the Gamma-Gamma model fitted to customers that came back: repeat orders and their mean value; missing with fewer than 30, or where there is no mean",
            f"由{{0}}、{{1}}拟合的 Gamma-Gamma {sign}", f"Gamma-Gamma {name} fitted to {{0}}, {{1}}", _fitted_value(place), ((f"gamma_gamma_{name}(orders.amount, orders.amount)", None),),
        )
        for place, (name, sign) in enumerate((("p", "p"), ("q", "q"), ("gamma", "γ")))
    ),
    _aggregate(
        "expected_sales", 5,
        "全体客户此后若干期的预期销售额：BG/NBD 的订单数乘 Gamma-Gamma 的单额；参数依次为复购次数、首末单间隔、观察时长、平均单额、期数",
        "the sales expected of all customers in the periods ahead: orders by BG/NBD times their value by Gamma-Gamma; repeat orders, time from first to last order, time since the first, mean value of an order, periods",
        "由{0}、{1}、{2}、{3}推断此后{4}期的销售额", "sales expected in {4} periods, from {0}, {1}, {2}, {3}", _sales, ((f"expected_sales({_HISTORY}, orders.amount, 12)", None),),
    ),
    _aggregate(
        "correlation", 2,
        "两列的相关系数，-1 至 1；不足三个或其中一列全同则缺失", "the correlation of two columns, -1 to 1; missing with fewer than three, or where one is the same throughout",
        "{0}与{1}的相关系数", "correlation of {0} and {1}", _correlation, (("correlation(orders.amount, orders.amount)", 1), ("correlation(calls.minutes, calls.minutes)", None)),
    ),
)  # fmt: skip
