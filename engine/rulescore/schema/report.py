# SPDX-License-Identifier: Apache-2.0
"""The schema of what `rulescore report --format json` writes; every form of the report shows this data."""

from __future__ import annotations

from typing import Any

from ..model import NO_WARNING
from ..model import SEVERITIES as LEVELS
from .parts import DATE, described, file_of

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
MAYBE: Schema = {"type": ["number", "null"]}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
TRUTH: Schema = {"type": "boolean"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
SHARE: Schema = {"type": "number", "description": "占比，1 为全部。A share; 1 is all."}
TITLE: Schema = {"type": "string", "description": "名称。What people call it."}
PLACE: Schema = {
    "type": "string",
    "description": "写于何处：文件:行:列。Where it is written: file:line:column.",
}
WORDS: Schema = {"type": "string", "description": "由规则生成的文字。In words, made from the rule itself."}
SEVERITIES = ("error", "warning", "note")
TASK_STATES = ("open", "doing", "done", "dropped")
"""What a note may say of a measure."""


def _list(of: Schema, description: str, **more: Any) -> Schema:
    return {"type": "array", "items": of, "description": description, **more}


def _object(description: str, **properties: Schema) -> Schema:
    required = list(properties)
    return {"type": "object", "description": description, "additionalProperties": False, "required": required, "properties": properties}  # fmt: skip


def _maybe(schema: Schema, missing: str) -> Schema:
    return {"oneOf": [schema, {"type": "null", "description": missing}]}


def _map(of: Schema, description: str) -> Schema:
    return {"type": "object", "additionalProperties": of, "description": description}


_SPREAD = _object(
    "分布：平均、中位、最低、最高、10% 与 90% 分位、有分数的个数。Spread: mean, median, extremes, 10th and 90th percentile, how many have a score.",
    mean=MAYBE, median=MAYBE, least=MAYBE, most=MAYBE, low=MAYBE, high=MAYBE, known=COUNT,
)  # fmt: skip
_CASE = _object(
    "规则的一个情形。A case of a rule.",
    words=WORDS, points=described(TEXT, "分值，或其范围。Points, or their reach."), reason=TEXT, place=PLACE,
    parts=_list(TEXT, "清单规则的各项。The items of a checklist."), count=described(COUNT, "成立的次数。How often it held."),
)  # fmt: skip
_STATES = _object("未落入任何情形的次数。How often no case was reached.", missing=COUNT, not_applicable=COUNT, error=COUNT)  # fmt: skip
_RULE: dict[str, Schema] = {
    "id": TEXT, "title": TITLE, "why": TEXT, "kind": described(TEXT, "规则类型。The kind of rule."), "weight": COUNT,
    "low": described(NUMBER, "最低可能分值。The least points possible."), "best": described(NUMBER, "最高可能分值。The most points possible."),
    "place": PLACE, "sources": described(TEXT, "依据。What it rests on."), "subject": described(TEXT, "考察的数值。What it measures."),
    "applies": described(TEXT, "适用条件，空为总适用。When it applies; empty for always."), "if_missing": TEXT,
    "cases": _list(_CASE, "按次序的情形。The cases in order."), "states": _STATES,
    "inputs": _list(TEXT, "所读字段与指标的名称。Names of the fields and features it reads."),
}  # fmt: skip
_GATE = _object(
    "关卡。A gate.",
    id=TEXT, title=TITLE, effect=TEXT, reason=TEXT, words=WORDS, place=PLACE,
    acted=described(COUNT, "生效的个数。On how many it acts."), unknown=described(COUNT, "无法判定的个数。For how many it is undecided."),
)  # fmt: skip
_SHARED: dict[str, Schema] = {
    "id": TEXT, "title": TITLE, "why": TEXT, "weight": COUNT, "share": SHARE,
    "combine": described(TEXT, "规则如何合成维度分。How the rules make the dimension's points."),
    "left_out": described(TRUTH, "本周期不计算。Whether the cycle leaves it out."),
}  # fmt: skip
_EXTREME = _list(_object("一个维度。A dimension.", title=TITLE, points=NUMBER), "至多三个维度。Up to three dimensions.")  # fmt: skip
_CASES = {"low": "低值 low", "base": "基准 base", "high": "高值 high"}
_PAIRS = _list({"type": "array", "minItems": 2, "maxItems": 2}, "成对的数。Pairs.")


_INDEX = _object(
    "指数：若干维度的加权均值。An index: a weighted mean of dimensions.",
    id=TEXT, title=TITLE, why=TEXT, words=WORDS, sources=TEXT, place=PLACE, spread=_SPREAD,
)  # fmt: skip


def _cover() -> Schema:
    return _object(
        "封面：评估谁、何时、按哪个规则包。The cover: who was assessed, as of when, by which pack.",
        company=TEXT, purpose=TEXT, as_of=DATE, pack=TITLE, pack_id=TEXT, pack_version=TEXT, run_id=HASH, cycle=described(TEXT, "评估周期；未指定时为空。The cycle; empty without one."), customers=COUNT, rules=COUNT,
        dimensions=COUNT,
    )  # fmt: skip


def _conclusion() -> Schema:
    action = _object("一项措施。A measure.", title=TITLE, owner=TEXT, due=TEXT)
    tier = _object(
        "一个等级；id 为空表示未能评估的客户。A tier; without id, the customers that could not be assessed.",
        id=MAYBE_TEXT, title=TITLE, count=COUNT, share=SHARE, why=TEXT, words=WORDS,
        actions=_list(action, "该等级的措施。What is done for its customers."),
    )  # fmt: skip
    return _object(
        "结论。The conclusion.",
        composite=_SPREAD,
        bins=_list(COUNT, "综合分每 5 分一段的客户数。Customers in each stretch of five points of the composite.", minItems=20, maxItems=20),
        tiers=_list(tier, "等级，由高到低。The tiers, highest first."), strongest=_EXTREME, weakest=_EXTREME,
        coverage=described(MAYBE, "平均有资料支持的权重占比。Mean share of the weight that rests on data."),
        problems=_object("各程度的资料问题数。Data problems by severity.", error=COUNT, warning=COUNT, note=COUNT),
    )  # fmt: skip


def _portfolio() -> Schema:
    value = _object("读到的数值。A value that was read.", title=TITLE, value=TEXT)
    rule = _object(
        "客户群整体的一条规则及其结果。A rule for the base as a whole and what came of it.",
        **_RULE, points=MAYBE, case=_maybe(_CASE, "无情形成立。No case held."),
        state={"enum": ["scored", "missing", "not_applicable", "error"], "description": "结果的状态。The state of the outcome."},
        values=_list(value, "读到的数值。What it read."),
    )  # fmt: skip
    figure = _object(
        "客户群的一个指标。A figure of the base.",
        id=TEXT, title=TITLE, unit=TEXT, value={"type": ["number", "string", "boolean", "null"]}, shown=TEXT, how=WORDS,
        bar=described(MAYBE, "与同单位指标相比的长度，0 至 1。Its length beside figures of the same unit, 0 to 1."),
    )  # fmt: skip
    heat = {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": 60,
        "description": "底色深浅的百分数，最大的占比为 60；空为不着色。Depth of the shade in percent, 60 for the greatest share; null for none.",
    }
    cell = _object(
        "一格。A cell.", shown=TEXT, heat=heat,
        value=described({"type": ["number", "string", "boolean", "null"]}, "数值，文字为叫法。The value; a text as it is called."),
    )  # fmt: skip
    row = _object("一组客户。A group of customers.", keys=_list(TEXT, "各分组依据的取值。Values of the keys."), cells=_list(cell, "各格。The cells."))  # fmt: skip
    breakdown = _object(
        "按一个或多个字段对客户群的分组统计。Figures of the base by the values of one key or several.",
        id=TEXT, title=TITLE, why=TEXT, heat=described(TRUTH, "占比是否着色。Whether shares are shaded."),
        keys=_list(TEXT, "分组依据的名称，可为空。Names of the keys; may be empty."), columns=_list(TITLE, "各列的名称。Titles of the columns."),
        units=_list(TEXT, "各列的单位，可为空。Units of the columns; may be empty."),
        rows=_list(row, "各组。The groups."),
    )  # fmt: skip
    group = _object("一个维度的指标。The figures of a dimension.", title=TITLE, figures=_list(figure, "指标。Figures."))  # fmt: skip
    return _object(
        "客户群整体。The base as a whole.",
        title=TITLE, composite=MAYBE, low=MAYBE, high=MAYBE, coverage=described(MAYBE, "有资料支持的权重占比。Share of the weight that rests on data."), tier=MAYBE_TEXT,
        dimensions=_list(_object("维度。A dimension.", **_SHARED, points=MAYBE, gives=described(MAYBE, "对综合分的贡献（关卡之前）。What it gives to the composite, before gates."), rules=_list(rule, "规则。Rules.")), "各维度。Its dimensions."), left_out=described(TEXT, "本周期不计算的维度，一句话；没有则为空。What the cycle leaves out, as a sentence; empty when nothing."),
        gates=_list(_GATE, "关卡。Gates."), figures=_list(group, "按维度分组的指标。Figures by dimension."),
        breakdowns=_list(breakdown, "分组统计，不含没有内容的。Breakdowns, without empty ones."),
    )  # fmt: skip


def _questionnaire() -> Schema:
    mark = described(TEXT, "评分。A mark.")
    level = _object(
        "一档。A level.",
        mark=described({"type": "integer"}, "该档评分。The mark of the level."), words=WORDS, points=described(TEXT, "分值。Points."), held=described(TRUTH, "是否为所定的档。Whether it is the level that held."),
    )  # fmt: skip
    reply = _object(
        "一份答复。An answer.",
        mark=mark, counted=described(TEXT, "计入的评分；无凭据时不超过上限。The mark as counted; without proof no more than the cap."),
        evidence=described(TEXT, "凭据。The evidence."), cell=described(TEXT, "写于何处：文件!工作表:行。Where it stands: file!sheet:row."),
    )  # fmt: skip
    question = _object(
        "一个问题及其答复。A question and its answers.",
        id=TEXT, dimension=described(TEXT, "所属维度的编号。Id of its dimension."), title=TITLE, words=described(TEXT, "所问的话。What is asked."),
        role_id=TEXT, role=described(TEXT, "由谁回答。Who answers."), evidence=described(TEXT, "可作凭据的资料。What would prove it."), weight=COUNT, place=PLACE, points=MAYBE,
        level={"type": ["integer", "null"], "description": "所定档的评分，空为未答。Mark of the level that held; null without an answer."},
        agreement={"enum": ["", "same", "near", "apart"], "description": "各答复的一致程度，不足两份时为空。How far answers agree; empty for fewer than two."},
        low=mark, high=mark, levels=_list(level, "各档。The levels."), replies=_list(reply, "各份答复。The answers."),
    )  # fmt: skip
    role = _object("一类回答人。A role that answers.", title=TITLE, asked=COUNT, answered=COUNT)
    dimension = _object("一个维度的问题。The questions of a dimension.", id=TEXT, title=TITLE, why=TEXT, points=MAYBE, answered=COUNT, questions=_list(question, "问题。Questions."))  # fmt: skip
    return _object(
        "企业问卷。The company's questionnaire.",
        asked=described(COUNT, "问题数。How many questions there are."), answered=described(COUNT, "已答的问题数。How many have an answer."),
        unproven=described(TEXT, "无凭据答复的评分上限。The highest mark without proof."), assessors=described(COUNT, "同一问题答复最多的份数。The most answers to one question."),
        apart=described(COUNT, "答复相差较大的问题数。Questions whose answers lie apart."), word_alone=described(COUNT, "因无凭据而被限分的问题数。Questions with an answer cut for want of proof."),
        roles=_list(role, "各类回答人。Roles."), dimensions=_list(dimension, "各维度。Dimensions."),
    )  # fmt: skip


def _concentration() -> Schema:
    top = _object("前十大客户之一。One of the ten largest.", id=TEXT, name=TEXT, amount=TEXT, share=SHARE, running=SHARE)  # fmt: skip
    return _object(
        "收入集中度。Concentration of revenue.",
        column=TITLE, customers=COUNT, tenth=SHARE, fifth=SHARE,
        curve=described(_PAIRS, "曲线上的点：客户占比、收入占比。Points of the curve: share of customers, share of revenue."),
        top=_list(top, "前十大客户。The ten largest.", maxItems=10),
    )  # fmt: skip


def _segments() -> Schema:
    cell = _object("一格。A cell.", count=COUNT, share=SHARE)
    row = _object("一层客户。A class of customers.", id={"enum": ["A", "B", "C", "none"]}, title=TITLE, cells=_list(cell, "各分数段。Stretches of composites."))  # fmt: skip
    return _object(
        "收入与综合分的分群。Customers by revenue and composite.",
        column=TITLE, bands=_list(NUMBER, "分数段的界限。Bounds of the stretches."),
        assessed=described(TRUTH, "假：末格为未评估的客户。False: the last cell holds customers not assessed."), rows=_list(row, "各层。Classes."),
    )  # fmt: skip


def _valuation() -> Schema:
    cases = {"low": TEXT, "base": TEXT, "high": TEXT}
    assumption = _object("一项假设。An assumption.", title=TITLE, basis=described(TEXT, "依据的类别。What kind of ground it has."), place=TEXT, sources=TEXT, why=TEXT, carries=described(TEXT, "已计入的客户风险；没有则为空。The risks of customers that are in it; empty when there are none."), words=WORDS, stated=described(TEXT, "文件中的写法。As it is stated."), **cases)  # fmt: skip
    part = _object("一段。A step.", label=TEXT, amount=NUMBER, shown=TEXT)
    steps = _object(
        "价值的构成。How the value builds up.",
        parts=_list(part, "各段。Steps."), total=NUMBER, shown=TEXT, each=TITLE, across=TITLE, ticks=described(_PAIRS, "刻度：数值、文字。Ticks: number, words."),
    )  # fmt: skip
    alone = {"title": TITLE, "low": MAYBE, "high": MAYBE, "low_shown": TEXT, "high_shown": TEXT, "from": TEXT, "to": TEXT}  # fmt: skip
    change = _object(
        "其中一行。A single row of the table.",
        title=TITLE, value=described(TEXT, "文字形式的价值。The value in words."), change=described(TEXT, "与上一行或基准相比的变动，空为没有。The change beside the row before or the base case; empty for none."),
    )  # fmt: skip
    scenario = _object("由全部客户到可转移价值的各步，或压力情形。Steps from all customers to what transfers, or stress cases.", title=TITLE, rows=_list(change, "各行。The rows."))  # fmt: skip
    method = _object(
        "一种估值方法。A method of valuation.",
        id=TEXT, title=TITLE, method=TITLE, line=described(TEXT, "一句话的结果。The result in a line."),
        shown=_object("文字形式的价值。The value in words.", **cases),
        value=_object("以币种计的价值；空为无法估值。The value in the currency; null when it could not be valued.", low=MAYBE, base=MAYBE, high=MAYBE),
        assumptions=_list(assumption, "假设及其依据。Assumptions with their ground."), scenarios=_list(scenario, "各步与压力情形；没有则为空。Steps and stress cases; empty when there are none."),
        columns=_list(TITLE, "逐年表的表头。Heads of the year table."),
        rows=_list(_list(TEXT, "一行各格。The cells of a row."), "逐年表。The year table."), steps=_maybe(steps, "没有逐年现值。No present values by year."),
        totals=_list(_object("一个合计。A total.", title=TITLE, shown=TEXT), "合计。Totals."),
        sensitivities=_list(_object("一项假设单独变动。One assumption alone.", **alone), "影响由大到小。The widest first."),
    )  # fmt: skip
    return _object(
        "估值。What the base is worth.",
        standard=TEXT, currency=TEXT, disclaimer=TEXT, methods=_list(method, "各种方法。Methods."), checks=_list(method, "仅作验证的方法。Methods that only check the others."),
    )  # fmt: skip


def _matters() -> Schema:
    action = _object("一项措施。A measure.", title=TITLE, owner=TEXT, due=TEXT)
    customer = _object("一个客户。A customer.", id=TEXT, name=TEXT, amount=TEXT)
    finding = _object(
        "一项发现。A finding.",
        id=TEXT, title=TITLE, why=TEXT, words=WORDS, sources=TEXT, place=PLACE, shown=TEXT,
        keeps_out=described(TRUTH, "是否不计入所估值的客户群。Whether it keeps customers out of the valued base."),
        count=COUNT, unknown=COUNT, amount=MAYBE, of_base=described(TRUTH, "是否针对客户群整体。Whether it is about the base as a whole."),
        actions=_list(action, "措施。Measures."), customers=_list(customer, "金额最大的客户。Customers with the largest amounts."),
    )  # fmt: skip
    step = _object("一步。A step.", name=TEXT, title=TITLE, less=TRUTH, amount=MAYBE, shown=TEXT)
    return _object(
        "发现，以及从全部收入到可转让收入的各步。Findings, and the steps from all revenue to what transfers.",
        kept_out=COUNT, findings=_list(finding, "发现。Findings."), waterfall=_list(step, "各步。The steps."),
    )  # fmt: skip


def _early_warnings() -> Schema:
    action = _object("一项措施。A measure.", title=TITLE, owner=TEXT, due=TEXT)
    severity = {"enum": list(LEVELS), "description": "act 须处置，watch 须关注。To act on or to watch."}
    warning = _object(
        "一项预警。An early warning.",
        id=TEXT, title=TITLE, why=TEXT, severity=severity, severity_title=TEXT, words=WORDS, sources=TEXT, place=PLACE,
        count=described(COUNT, "名单中有多少户成立。Customers of the list of whom it holds."), unknown=described(COUNT, "多少户无法判定。Customers of whom it is unknown."),
        amount=described(MAYBE, "名单中各户这一项所涉金额合计。Its own amount over the customers of the list."), shown=TEXT, actions=_list(action, "处理办法。What to do."),
    )  # fmt: skip
    customer = _object(
        "名单中的一户。A customer on the list.",
        id=TEXT, name=TEXT, level=severity, level_title=TEXT, value=described(MAYBE, "涉及金额，每户只计一次。What is at risk, once a customer."), shown=TEXT,
        reasons=_list(_reason(), "成立的各项。The warnings that hold."),
    )  # fmt: skip
    return _object(
        "预警名单。The early-warning list.",
        count=described(COUNT, "列入户数。Customers on the list."), act=COUNT, watch=COUNT,
        kept_out=described(COUNT, "有预警成立而已剔除于估值基础之外的户数。Customers with warnings that are kept out of the valued base."),
        value=described({"type": "number"}, "涉及金额合计。What is at risk in all."), share=described(MAYBE, "占全部可估值客户同一金额的比例。Its share of the same amount over all valued customers."),
        shown=TEXT, share_shown=TEXT, unit=TEXT, stake=described(TEXT, "涉及金额是什么。What the amount at risk is."),
        warnings=_list(warning, "各项预警。The warnings."), customers=_list(customer, "至多五百户，涉及金额大者在前。Up to 500 customers, most at risk first."),
    )  # fmt: skip


def _reason() -> Schema:
    return _object(
        "成立的一项。A warning that holds.",
        warning=described(COUNT, "在 warnings 中的位置。Its position in `warnings`."), values=described(TEXT, "条件所依据的数值。The values that its condition rests on."), amount=TEXT,
    )  # fmt: skip


def _plan() -> Schema:
    action = _object("一项措施。A measure.", title=TITLE, owner=TEXT, due=TEXT)
    customer = _object("一个客户。A customer.", id=TEXT, name=TEXT, amount=TEXT)
    so_far = {"done": described(COUNT, "已完成。Done."), "open": described(COUNT, "未完成。Unfinished."), "overdue": described(COUNT, "未完成且逾期。Unfinished and overdue."), "dropped": described(COUNT, "已取消。Dropped.")}  # fmt: skip
    task = _object(
        "一项落实记录，以最后一次为准。A task as last noted.",
        measure=TEXT, customer=described(TEXT, "客户编号，空为整个客户群。Id of the customer; empty for the whole base."), state={"enum": list(TASK_STATES), "description": "状态。State."},
        on=described(TEXT, "记录日期。Date of the note."), since=described(TEXT, "首次记录日期。Date of the first note."), due=described(TEXT, "期限，可空。When it is due, or empty."),
        overdue=TRUTH, role=TEXT, note=TEXT, place=PLACE,
    )  # fmt: skip
    taken = _object(
        "措施的落实。What became of a measure.",
        **so_far,
        tasks=_list(task, "至多二十项。Up to twenty tasks."),
        total=COUNT,
    )
    measure = _object(
        "一项改进措施。A measure of improvement.",
        taken=_maybe(taken, "没有落实记录。Nobody noted anything."),
        id=TEXT, title=TITLE, why=TEXT, subject=TEXT,
        state={"enum": ["wanted", "met", "unknown"], "description": "目标未达到、已达到或无法判断。Its goal is missed, met or can't be judged."},
        figure=described(TEXT, "目标所看的指标。The figure of the goal."), how=WORDS, now=described(TEXT, "现值。What it is."), goal=WORDS,
        target=described(TEXT, "应达到的值。What it should be."), amount=described(MAYBE, "达到目标可挽回或增加的金额。The amount that meeting the goal would save or bring."), shown=TEXT,
        actions=_list(action, "措施。What is done."), sources=TEXT, place=PLACE,
        count=described(COUNT, "涉及的客户数。How many customers it is about."), customers=_list(customer, "其中金额最大的。Those with the largest amounts."),
    )  # fmt: skip
    group = _object("一组客户。A group of customers.", keys=_list(TEXT, "分组的键。The keys."), cells=_list(TEXT, "各列。The columns."))  # fmt: skip
    strategy = _object(
        "一项策略及采用它的各组。A strategy and the groups that take it.",
        id=TEXT, title=TITLE, why=TEXT, words=WORDS, actions=_list(action, "措施。What is done."), sources=TEXT, place=PLACE, groups=_list(group, "各组。The groups."),
    )  # fmt: skip
    strategies = _object(
        "一张分组表的策略。The strategies of a breakdown.",
        id=TEXT, title=TITLE, keys=_list(TEXT, "键的名称。Titles of the keys."), columns=_list(TITLE, "各列的名称。Titles of the columns."),
        rows=_list(strategy, "策略。Strategies."), others=_list(TEXT, "照常维护的各组。Groups kept as they are."),
    )  # fmt: skip
    return _object(
        "改进计划。The plan of improvement.",
        counts=_object("各状态的措施数。How many measures by state.", wanted=COUNT, met=COUNT, unknown=COUNT),
        taken=_maybe(_object("全部落实记录的项数。How many tasks in all.", **so_far), "没有落实记录。No notes were handed in."),
        subjects=_list(_object("一个方面的措施。The measures about a subject.", title=TITLE, measures=_list(measure, "措施。Measures.")), "各方面。Subjects."),
        strategies=_list(strategies, "各分组表的策略。Strategies by breakdown."),
    )  # fmt: skip


def _process() -> Schema:
    step = _object("一步。A step.", title=TITLE, text=TEXT)
    problem = _object("一类问题。A kind of problem.", title=TITLE, severity=TEXT, count=COUNT)
    return _object(
        "评估过程与经验。How the assessment went, and lessons for the next.",
        steps=_list(step, "各步。The steps."), problems=_list(problem, "遇到的主要资料问题。The main data problems."), lessons=_list(TEXT, "下一次的改进。What to do better next time."),
    )  # fmt: skip


def _override() -> Schema:
    return _object(
        "一项人工调整。A decision by people.",
        customer=described(TEXT, "客户编号。Id of the customer."), what=described(TEXT, "所调整的等级或字段。What was changed: the tier or a field."),
        before=described(TEXT, "按规则或资料的取值。What rules or data say."), after=described(TEXT, "调整后的取值。What was decided."), reason=TEXT,
        signed=_list(TEXT, "两位签署人的职务与日期。Role and date of the two who signed.", minItems=2, maxItems=2), place=PLACE,
    )  # fmt: skip


def _request() -> Schema:
    return _object(
        "一项待索取的资料。Data to ask for.",
        name=described(TEXT, "表，或表.字段。The table, or table.field."), title=TITLE, table=TEXT, customers=described(COUNT, "缺少该资料的客户数；客户群整体为 1。How many customers lack it; 1 for the base."),
        tiers=described(COUNT, "补齐后等级可能改变的客户数。How many of them could change tier if it were supplied."),
        points=described(NUMBER, "最多可使平均综合分变动的分数。Points that it could move the mean composite at most."),
        amount=described(MAYBE, "缺少该资料的客户带来的收入（限估值基础）。What those who lack it bring, as far as they are valued."), shown=described(TEXT, "金额文字。The amount in words."), holder=described(TEXT, "通常由谁保管。Who usually holds it."),
        of_base=described(TRUTH, "是否针对客户群整体。Whether it is about the base as a whole."), rules=_list(TITLE, "等待该资料的规则、关卡、等级条件与指标。Rules, gates, conditions of tiers and figures that wait for it."),
        methods=_list(TITLE, "缺少该假设便无价值的估值方法。Methods of valuation that have no value without it."),
    )  # fmt: skip


def _customers() -> Schema:
    def column(of: Schema, description: str) -> Schema:
        return _list(of, description + " 每客户一个值。One value a customer.")

    code = {"type": ["integer", "null"]}
    origin = _object(
        "规则所读的一列。A column that rules read.",
        title=TITLE, unit=TEXT, kind=TEXT, how=WORDS, of=_list(TEXT, "由哪些列算出。The columns it is made of."), table=TEXT,
        cells=_map(_list(TEXT, "表头。Headers."), "来源编号 → 读取的列。Number of the source -> the headers it was read from."),
        values=_map(TEXT, "取值 → 文字。Value -> words."),
    )  # fmt: skip
    origin["required"].remove("values")  # only texts have words
    events = _list(_list(_list({"type": "integer"}, "来源编号、行数、最先的行。Number of the source, how many rows, the first of them."), "各来源。Sources."), "每客户。A customer each.")  # fmt: skip
    source = _object("一个来源。A source.", table=TEXT, file=TEXT)
    return _object(
        "客户，按列存放，综合分高者在前。The customers, column by column, the highest composite first.",
        total=described(COUNT, "批次中的客户数。Customers of the run."), shown=described(COUNT, "此处列出的客户数。Customers listed here."),
        best=described(COUNT, "其中综合分最高的个数，其余为抽样。How many of these are the best; the others are a sample."),
        id=column(TEXT, "编号。Id."), name=column(MAYBE_TEXT, "名称；批次没有名称时为空。Name; empty when the run has none."),
        composite=column(MAYBE, "综合分。Composite."), low=column(MAYBE, "可能区间的下端。Low end of the interval."), high=column(MAYBE, "可能区间的上端。High end of the interval."),
        coverage=column(MAYBE, "覆盖率。Coverage."), tier=column(code, "等级的位置，空为未评估。Position of the tier, null when not assessed."),
        why=column({"type": "integer"}, "等级理由在 whys 中的位置。Position of the reason in `whys`."), whys=_list(TEXT, "等级的各种理由。The reasons for tiers."),
        next=column(TEXT, "上一等级各条件是否成立：y、n、?。Whether the parts of the next tier's condition hold: y, n, ?."),
        parts=_list(_list(TEXT, "一个等级的条件。The parts of a tier's condition."), "各等级。Tiers."),
        items=_map(column(TEXT, "各项是否成立：y、n、?。Whether each holds: y, n, ?."), "清单规则 → 各项是否成立。Rule -> whether its items hold."),
        gates=_list(column(code, "1 生效，0 未生效，空无法判定。1 acts, 0 does not, null undecided."), "各关卡。Gates."),
        dimensions=_list(column(MAYBE, "维度分。Points."), "各维度。Dimensions."),
        indices=_list(column(MAYBE, "指数。Points."), "各指数。Indices."),
        cases=_list(column({"type": "integer", "minimum": -3}, "成立的情形；-1 缺失，-2 不适用，-3 错误。The case that held; -1 missing, -2 not applicable, -3 error."), "各规则。Rules."),
        points=_list(column(MAYBE, "分值。Points."), "各规则。Rules."), reasons=_list(column(code, "失分最多的规则。Rules that cost most."), "第一至第三。First to third."),
        shown_inputs=_list(TEXT, "与得分并列的列。Columns that stand beside the scores."),
        findings=_list(_object("一项发现。A finding.", title=TITLE, words=TEXT, keeps_out=described(TRUTH, "是否不计入所估值的客户群。Whether it keeps customers out of the valued base.")), "可能的发现。What may be found."),
        found=column({"type": "array", "items": {"type": "array"}}, "成立的发现：在 findings 中的位置、金额。Findings that hold: position in `findings`, amount."),
        warned=_list(
            _maybe(_object(
                "有预警成立的客户。A customer with warnings.",
                level={"enum": [*LEVELS, NO_WARNING], "description": "级别，none 为不列入。The level; none when it is not on the list."}, kept_out=described(TRUTH, "是否剔除于估值基础之外。Whether it is kept out of the valued base."), head=TEXT,
                reasons=_list(_reason(), "成立的各项。The warnings that hold."),
            ), "没有预警成立。No warning holds."),
            "各客户的预警，规则包没有预警时为空。Early warnings of each customer; empty when the pack has none.",
        ),
        columns=_map(origin, "名称 → 所读的列。Name -> column that was read."),
        values=_map(column({"type": ["number", "string", "boolean", "null"]}, "数值。Values."), "名称 → 数值。Name -> values."),
        sources=_list(source, "来源。Sources."), source=column(code, "客户所在的来源。The customer's source."), row=column(code, "客户所在的行。The customer's row."),
        events=_map(events, "表 → 各客户的行。Table -> the customers' rows."),
    )  # fmt: skip


def _quality() -> Schema:
    part = _object("一项度量。A measure.", title=TITLE, share=SHARE)
    return _object(
        "数据质量。How good the data are.",
        lines=_list(TEXT, "一段话。In sentences."), grade=MAYBE_TEXT, index=MAYBE, measures=_list(part, "度量。Measures."),
        evidence=_list(part, "来源可信程度。How sure the sources are."),
    )  # fmt: skip


def _problem() -> Schema:
    first = _object("一处。A place.", place=TEXT, text=TEXT)
    return _object(
        "一类资料问题。A kind of data problem.",
        code=TEXT, severity={"enum": list(SEVERITIES)}, severity_title=TEXT, title=TITLE, count=COUNT, first=_list(first, "最先出现之处。First places."), more=COUNT,
    )  # fmt: skip


def _appendix() -> Schema:
    source = _object("读取的一个文件。A file that was read.", file=TEXT, table=TEXT, rows=COUNT, encoding=TEXT, sha256=HASH)  # fmt: skip
    parameter = _object("一个参数。A parameter.", id=TEXT, title=TITLE, value=TEXT, changed=TRUTH)
    return _object(
        "附录：哈希、版本、参数、使用限制。The appendix: hashes, versions, parameters, limits of use.",
        inputs=_list(source, "所读资料。Data that were read."), files=_list(_object("批次的一个文件。A file of the run.", file=TEXT, sha256=HASH), "批次的文件。Files of the run."),
        versions=_object("版本。Versions.", rulescore=TEXT, engine=TEXT, polars=TEXT), parameters=_list(parameter, "参数。Parameters."),
        masked=_list(TEXT, "以化名显示的个人信息。Personal data under pseudonyms."), unmasked=_list(TEXT, "以原文显示的个人信息。Personal data shown as they are."),
        manifest=TEXT, limits=_list(TEXT, "使用限制。Limits of use."),
    )  # fmt: skip


def report() -> Schema:
    """The whole report, chapter by chapter."""
    dimension = _object("一个维度。A dimension.", **_SHARED, spread=_SPREAD, rules=_list(_object("一条规则。A rule.", **_RULE), "规则。Rules."))  # fmt: skip
    body = _object(
        "一个评估批次的报告，一种语言。The report of a run in one language.",
        format={"const": 1, "description": "格式的版本。Version of this form."}, language={"enum": ["zh", "en"], "description": "语言。Language."},
        cover=_cover(), conclusion=_conclusion(), dimensions=_list(dimension, "各维度。Dimensions."), left_out=described(TEXT, "本周期不计算的维度，一句话；没有则为空。What the cycle leaves out, as a sentence; empty when nothing."),
        indices=_list(_INDEX, "指数。Indices."),
        portfolio=_maybe(_portfolio(), "规则包没有针对客户群整体的规则。The pack has no rules for the base."),
        questionnaire=_maybe(_questionnaire(), "企业未作答。The company answered nothing."),
        concentration=_maybe(_concentration(), "未衡量集中度。Concentration is not measured."),
        segments=_maybe(_segments(), "未衡量集中度。Concentration is not measured."),
        valuation=_maybe(_valuation(), "评估文件没有估值。The assessment names no valuation."),
        gates=_list(_GATE, "关卡。Gates."), matters=_matters(), early_warnings=_maybe(_early_warnings(), "规则包没有预警。The pack has no early warnings."),
        overrides=_list(_override(), "人工调整，与规则和资料的结论并列。What people decided, beside what rules and data say."),
        requests=_list(_request(), "待索取的资料，影响大者在前。What to ask the seller for, what could move most first."),
        plan=_maybe(_plan(), "规则包没有改进措施。The pack has no measures of improvement."), process=_process(),
        special=_list(TEXT, "特别事项。Special matters."), customers=_customers(), quality=_quality(),
        problems=_list(_problem(), "资料问题。Data problems."), appendix=_appendix(),
    )  # fmt: skip
    return file_of("report", "评估报告 · Report", body)
