"use strict";
(async () => {
  const PAGE = matchMedia("(max-width: 40rem)").matches ? 25 : 100, HOLDS = { y: ["yes", "holds"], n: ["no", "fails"], "?": ["unknown", "unknown"] };
  const byId = (id) => document.getElementById(id);
  const data = await read();
  if (!data) return;
  const c = data.customers, place = new Map(c.id.map((id, index) => [id, index]));
  const say = (key, facts = {}) => data.words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
  const sorted = { key: null, down: false };
  const bands = [[-Infinity, 40], [40, 60], [60, 80], [80, Infinity]];
  let limit = PAGE, last = null;

  async function read() {
    const holder = byId("data");
    if (holder.dataset.kind === "json") return JSON.parse(holder.textContent);
    if (!("DecompressionStream" in window)) { byId("too-old").hidden = false; return null; }
    const bytes = Uint8Array.from(atob(holder.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  // every text becomes a text node: nothing that was read can become markup
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null) node.setAttribute(name, value);
    node.append(...children.flat().filter((child) => child !== null && child !== ""));
    return node;
  }
  const points = (value) => value === null ? say("not-assessed") : value.toFixed(2);
  const percent = (value) => value === null ? say("none") : (100 * value).toFixed(1) + "%";
  const grouped = (value) => {
    const [whole, part] = String(value).split(".");
    return /e/.test(whole) ? String(value) : whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
  };
  function shown(column, value) {
    if (value === null || value === undefined) return say("missing");
    if (column.kind === "bool") return say(value ? "yes" : "no");
    if (column.kind === "text") return (column.values || {})[value] || value;
    if (column.unit === "share") return grouped(+(100 * value).toFixed(2)) + "%";
    return typeof value === "number" ? grouped(value) + (column.unit ? " " + column.unit : "") : value;
  }
  const tierOf = (index) => c.tier[index] === null ? say("not-assessed") : data.tiers[c.tier[index]];
  const link = (index) => make("a", { href: "#c=" + encodeURIComponent(c.id[index]) }, make("bdi", {}, c.id[index]));

  // what scrolls sideways is reached by keyboard; on a narrow screen a row becomes a block, each cell with its heading
  function reachable() {
    for (const box of document.querySelectorAll(".wide")) {
      const title = box.closest("section, article").querySelector("h2");
      const role = { tabindex: "0", role: "region", "aria-label": title ? title.textContent : "" };
      for (const [name, value] of Object.entries(role)) if (box.scrollWidth > box.clientWidth) box.setAttribute(name, value); else if (box.id !== "list") box.removeAttribute(name);
    }
  }
  function labelled() {
    for (const table of document.querySelectorAll("table.stack")) {
      const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
      for (const row of table.tBodies[0].rows) [...row.cells].forEach((cell, at) => { if (at && heads[at]) cell.dataset.label = heads[at]; });
    }
  }

  // a table that stands in the page is sorted by its heads, each cell by what it carries for that
  function sortable() {
    for (const table of document.querySelectorAll("table.sortable")) {
      const body = table.tBodies[0];
      [...table.tHead.rows[0].cells].forEach((head, at) => {
        const button = make("button", { type: "button" }, head.textContent), number = head.classList.contains("number");
        let down = !number;
        button.addEventListener("click", () => {
          down = head.getAttribute("aria-sort") === "none" ? number : !down;
          const key = (row) => { const text = row.cells[at].dataset.by; return text !== "" && !isNaN(text) ? +text : text; };
          const rows = [...body.rows].sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0) * (down ? -1 : 1));
          for (const cell of table.tHead.rows[0].cells) cell.setAttribute("aria-sort", "none");
          head.setAttribute("aria-sort", down ? "descending" : "ascending");
          body.append(...rows);
        });
        head.replaceChildren(button);
        head.setAttribute("aria-sort", at === 2 ? "descending" : "none");
      });
    }
  }

  // ---- the list ----
  // key, title, what it is sorted by (none: not sorted), what is shown, kind of cell
  const always = [
    ["id", say("id"), (i) => c.id[i], (i) => link(i), "id"],
    ["name", say("name"), (i) => c.name[i] || "", (i) => make("bdi", {}, c.name[i] || ""), "names"],
    ["tier", say("tier"), (i) => c.tier[i] ?? 99, (i) => [make("span", { class: "key k" + (c.tier[i] ?? 4) % 5, "aria-hidden": "true" }), tierOf(i)], "tight"],
    ["composite", say("composite"), (i) => c.composite[i], (i) => points(c.composite[i]), "number"],
    ["bar", "", null, (i) => meter(c.composite[i]), ""],
    ["range", say("range"), (i) => c.low[i] === null ? null : c.high[i] - c.low[i], (i) => c.low[i] === null ? say("none") : c.low[i].toFixed(1) + " – " + c.high[i].toFixed(1), "number"],
    ["coverage", say("coverage"), (i) => c.coverage[i], (i) => percent(c.coverage[i]), "number"],
    ["gates", say("gates"), (i) => acting(i).length, (i) => acting(i).map((gate) => gate[0]).join(say("comma")), "names"],
  ].filter(([key]) => key !== "name" || c.name.length);
  const dimension = () => byId("dimension").value === "" ? null : +byId("dimension").value;
  const scores = () => dimension() === null ? c.composite : c.dimensions[dimension()];
  function columns() {
    const at = dimension();
    if (at === null) return always;
    const place = always.findIndex(([key]) => key === "bar"), values = c.dimensions[at];
    const own = ["dimension", data.dimensions[at][0], (i) => values[i], (i) => points(values[i]), "number chosen"];
    return [...always.slice(0, place), own, ...always.slice(place).map((one) => one[0] === "bar" ? ["bar", "", null, (i) => meter(values[i]), ""] : one)];
  }
  function fits(value) {
    const band = byId("band").value;
    if (band === "") return true;
    if (band === "none") return value === null;
    return value !== null && value >= bands[band][0] && value < bands[band][1];
  }
  const acting = (index) => data.gates.filter((_, gate) => c.gates[gate][index] === 1);
  const meter = (value) => {
    const inner = make("i", {});
    inner.style.width = Math.max(0, Math.min(100, value || 0)) + "%";
    return make("span", { class: "meter", "aria-hidden": "true" }, inner);
  };

  function found() {
    const asked = byId("search").value.trim().toLowerCase(), tier = byId("tier").value;
    const rows = c.id.map((_, index) => index).filter((i) =>
      fits(scores()[i]) && (tier === "" || String(c.tier[i]) === tier) &&
      (!asked || c.id[i].toLowerCase().includes(asked) || (c.name[i] || "").toLowerCase().includes(asked)));
    const column = columns().find(([key]) => key === sorted.key);
    if (column) {
      const value = column[2], sign = sorted.down ? -1 : 1;
      const order = (one, other) => one === other ? 0 : one === null ? 1 : other === null ? -1 : (one < other ? -1 : 1) * sign;
      rows.sort((one, other) => order(value(one), value(other)) || one - other);
    }
    return rows;
  }
  function list() {
    const rows = found(), shown = columns();
    const heads = shown.map(([key, title, value, , kind]) => {
      const state = key !== sorted.key ? "none" : sorted.down ? "descending" : "ascending";
      if (!value) return make("td", {});
      const button = make("button", { type: "button" }, title);
      button.addEventListener("click", () => {
        sorted.down = sorted.key === key ? !sorted.down : kind.startsWith("number");
        sorted.key = key;
        list();
        byId("list").querySelector(`[data-key="${key}"] button`).focus();
      });
      return make("th", { scope: "col", "aria-sort": state, class: kind || null, "data-key": key }, button);
    });
    const body = rows.slice(0, limit).map((i) => make("tr", {}, shown.map(([, title, , cell, kind], at) =>
      make(at ? "td" : "th", { scope: at ? null : "row", class: kind || null, "data-label": at && title ? title : null }, cell(i)))));
    byId("list").replaceChildren(rows.length
      ? make("table", { class: "stack" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, body))
      : make("p", {}, say("nobody")));
    byId("shown").textContent = say("shown-of", { shown: grouped(rows.length), total: grouped(c.total) });
    byId("more").hidden = rows.length <= limit;
    reachable();
  }

  // ---- one customer ----
  function contributions(i) {
    let weights = 0;
    data.dimensions.forEach(([, weight], at) => { if (c.dimensions[at][i] !== null) weights += weight; });
    return data.dimensions.map(([, weight], at) => c.dimensions[at][i] === null ? null : { share: weight / weights, gives: c.dimensions[at][i] * weight / weights });
  }
  function fall(given, final) {
    const box = make("div", { class: "fall" });
    const row = (title, from, to, text, kind) => {
      const bar = make("i", {}), low = Math.max(0, Math.min(from, to)), high = Math.min(100, Math.max(from, to));
      bar.style.left = low + "%";
      bar.style.width = Math.max(0, high - low) + "%";
      box.append(make("span", { class: "label" + kind }, title), make("span", { class: "amount number" + kind }, text), make("span", { class: "track", "aria-hidden": "true" }, bar));
    };
    let at = 0;
    data.dimensions.forEach(([title, , , leftOut], index) => {
      if (leftOut) return;
      const part = given[index];
      row(title, at, at + (part ? part.gives : 0), part ? "+" + part.gives.toFixed(2) : say("not-assessed"), "");
      at += part ? part.gives : 0;
    });
    row(say("together"), 0, at, at.toFixed(2), " total");
    if (final !== null && Math.abs(final - at) >= .01) {
      row(say("after-gates"), 0, final, final.toFixed(2), " total");
    }
    return box;
  }
  function within(i, at) {
    // the weight of a dimension's rules that count
    return data.rules.reduce((sum, rule, index) => rule.dimension === at && c.points[index][i] !== null ? sum + rule.weight : sum, 0);
  }
  function sourceOf(column, i) {
    const notes = [];
    const tell = (source, rows, count) => {
      const headers = column.cells[source];
      if (!headers) return;
      const more = count > rows.length ? say("and-more", { count: grouped(count - rows.length) }) : "";
      notes.push(make("div", { class: "from" }, "← " + say("row", { file: c.sources[source].file, rows: rows.join(", "), more, columns: headers.join(say("comma")) })));
    };
    if (!column.table) return notes;
    if (c.events[column.table]) for (const [source, count, ...rows] of c.events[column.table][i]) tell(source, rows, count);
    else if (c.source[i] !== null) tell(c.source[i], [c.row[i]], 1);
    return notes;
  }
  function inputs(names, i, depth) {
    return make("ul", {}, names.map((name) => {
      const column = c.columns[name];
      return make("li", {}, column.title + say("colon"), make("b", {}, shown(column, c.values[name][i])),
        column.how && column.how !== column.title ? make("div", { class: "from" }, "= " + column.how) : null,
        sourceOf(column, i), column.of.length && depth < 5 ? inputs(column.of, i, depth + 1) : null);
    }));
  }
  function rule(i, index, given, weights) {
    const one = data.rules[index], state = c.cases[index][i], got = c.points[index][i];
    const part = given[one.dimension], mean = data.dimensions[one.dimension][2] === "mean";
    const facts = [say("weight") + " " + one.weight];
    if (got !== null && part) facts.push(say("gives", { points: (got * (mean ? one.weight / weights : 1) * part.share).toFixed(2) }));
    const names = { "-1": "missing", "-2": "not_applicable", "-3": "error" };
    const box = make("div", { class: "rule" }, make("div", { class: "rule-head" },
      make("b", {}, one.title), make("span", {}, got === null ? say("state." + names[state]) : say("points-of", { points: grouped(got), best: grouped(one.best) }))));
    if (state >= 0) {
      const [words, , reason, parts, at] = one.cases[state];
      box.append(make("p", {}, (one.subject ? one.subject + say("colon") : "") + words, reason ? make("span", { class: "note" }, " — " + reason) : null));
      if (parts.length) box.append(make("ul", { class: "check" }, parts.map((text, item) => {
        const [kind, told] = HOLDS[c.items[one.id][i][item]];
        return make("li", { class: kind }, text + " ", make("span", { class: "note" }, "— " + say(told)));
      })));
      box.append(make("div", { class: "from" }, facts.join(" · ") + " · ", make("code", {}, at)));
    } else {
      box.append(make("p", {}, say("state." + names[state]), state === -2 && one.applies ? say("comma") + say("applies", { words: one.applies }) : "",
        state === -1 ? say("comma") + one.missing : ""));
      box.append(make("div", { class: "from" }, facts.join(" · ") + " · ", make("code", {}, one.place)));
    }
    if (one.inputs.length) {
      const brief = one.inputs.map((name) => c.columns[name].title + say("colon") + shown(c.columns[name], c.values[name][i])).join(say("semicolon"));
      box.append(make("details", {}, make("summary", {}, make("span", { class: "soft" }, say("values") + say("colon")), brief), inputs(one.inputs, i, 0)));
    }
    return box;
  }
  function tierWords(i) {
    const box = [make("h3", {}, say("why")), make("p", {}, make("b", {}, tierOf(i)), say("colon") + c.whys[c.why[i]])];
    const holds = c.next[i];
    if (holds) {
      box.push(make("h3", {}, say("why-not", { tier: data.tiers[c.tier[i] - 1] })),
        make("ul", { class: "check" }, c.parts[c.tier[i] - 1].map((words, at) => make("li", { class: HOLDS[holds[at]][0] }, words + " ", make("span", { class: "note" }, "— " + say(HOLDS[holds[at]][1]))))));
    }
    return box;
  }
  function gateWords(i) {
    const acted = data.gates.map((gate, at) => [gate, c.gates[at][i]]).filter(([, state]) => state !== 0);
    if (!acted.length) return [];
    return [make("h3", {}, say("gates")), make("ul", { class: "check" }, acted.map(([[title, effect, reason, words], state]) =>
      make("li", { class: state === 1 ? "no" : "unknown" }, make("b", {}, title), say("colon") + effect,
        make("div", { class: "from" }, (state === 1 ? say("acts") : say("undecided")) + say("colon") + words + (reason ? " — " + reason : "")))))];
  }
  function warningWords(i) {
    const warned = c.warned.length ? c.warned[i] : null;
    if (!warned) return [];
    return [make("h3", {}, say("section.early-warnings")), make("p", {}, warned.head), make("ul", { class: "plain" }, warned.reasons.map((one) => {
      const [title, severity, level, actions] = data.warnings[one.warning];
      return make("li", {}, make("b", {}, title), " ", make("span", { class: "level " + severity }, level),
        one.amount ? " " + one.amount : "", make("div", { class: "from" }, one.values),
        actions.map((action) => make("div", {}, "→ " + [action.title, action.owner, action.due].filter(Boolean).join(" · "))));
    }))];
  }
  function besideWords(i) {
    const box = warningWords(i);
    if (c.found[i].length) box.push(make("h3", {}, say("findings")), make("ul", { class: "check" }, c.found[i].map(([at, amount]) => {
      const one = c.findings[at];
      return make("li", { class: "no" }, make("b", {}, one.title), amount ? say("colon") + amount : "", one.keeps_out ? say("semicolon") + say("found-kept") : "", make("div", { class: "from" }, one.words));
    })));
    if (c.shown_inputs.length) {
      const brief = c.shown_inputs.map((name) => c.columns[name].title + say("colon") + shown(c.columns[name], c.values[name][i])).join(say("semicolon"));
      box.unshift(make("details", {}, make("summary", {}, brief), inputs(c.shown_inputs, i, 0)));
    }
    return box;
  }
  function customer(i) {
    const given = contributions(i);
    const back = make("a", { class: "back", href: "#customers" }, "← " + say("back"));
    const title = make("h2", { tabindex: "-1" }, make("bdi", {}, c.id[i]), " ", make("bdi", {}, c.name[i] || ""));
    const lost = c.reasons.map((column) => column[i]).filter((index) => index !== null).map((index) => data.rules[index].title);
    const parts = [back, title, make("div", { class: "big" }, points(c.composite[i]), make("small", {}, tierOf(i)))];
    if (c.low[i] !== null) parts.push(make("p", { class: "note" }, say("interval", { low: points(c.low[i]), high: points(c.high[i]) }) + " · " + say("coverage") + " " + percent(c.coverage[i])));
    if (data.indices.length) parts.push(make("p", { class: "note" }, data.indices.map((title, at) => title + " " + points(c.indices[at][i])).join(" · ")));
    if (lost.length) parts.push(make("p", {}, say("loses") + say("colon") + lost.join(say("comma"))));
    parts.push(...besideWords(i), ...tierWords(i), ...gateWords(i));
    if (given.some(Boolean)) parts.push(make("h3", {}, say("contributions")), fall(given, c.composite[i]), make("p", { class: "note" }, say("contributions-note")));
    data.dimensions.forEach(([name, , , leftOut], at) => {
      if (leftOut) return;
      const weights = within(i, at);
      parts.push(make("h3", {}, name + " ", make("span", { class: "soft" }, points(c.dimensions[at][i]))));
      data.rules.forEach((one, index) => { if (one.dimension === at) parts.push(rule(i, index, given, weights)); });
    });
    byId("customer").replaceChildren(...parts);
    title.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
  function follow() {
    const match = /^#c=(.*)$/.exec(location.hash);
    document.body.classList.toggle("single", Boolean(match));
    if (!match) {
      byId("customer").replaceChildren();
      reachable();
      const row = location.hash === "#customers" && last !== null && byId("list").querySelector(`a[href="${CSS.escape(last)}"]`);
      last = null;
      if (row) { row.focus(); return; }
      const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
      if (target) target.scrollIntoView();
      return;
    }
    let id = match[1];
    try { id = decodeURIComponent(id); } catch (_) { /* shown as it stands */ }
    const index = place.get(id);
    last = location.hash;
    if (index !== undefined) customer(index);
    else byId("customer").replaceChildren(make("p", {}, make("a", { href: "#customers" }, "← " + say("back"))), make("p", {}, say("customer-none") + " ", make("bdi", {}, id)));
  }

  const options = (id, all, titles) => byId(id).append(make("option", { value: "" }, all), ...titles.map((title, index) => title === null ? "" : make("option", { value: index }, title)));
  options("tier", say("all-tiers"), data.tiers);
  options("dimension", say("composite"), data.dimensions.map(([title, , , leftOut]) => leftOut ? null : title));
  options("band", say("all-scores"), bands.map(([low, high], index) => say(index === 0 ? "band-below" : index === bands.length - 1 ? "band-from" : "band-between", { low, high })));
  byId("band").append(make("option", { value: "none" }, say("not-assessed")));
  byId("tools").hidden = false;
  byId("tools").addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["search", "tier", "dimension", "band"]) byId(id).addEventListener("input", () => { limit = PAGE; list(); });
  byId("more").addEventListener("click", () => { limit += PAGE; list(); });
  window.addEventListener("hashchange", follow);
  window.addEventListener("resize", reachable);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && document.body.classList.contains("single")) location.hash = "#customers"; });
  // on paper nothing can be opened
  const opened = [];
  window.addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details:not([open])")) { part.open = true; opened.push(part); } });
  window.addEventListener("afterprint", () => { for (const part of opened.splice(0)) part.open = false; });
  labelled();
  sortable();
  list();
  follow();
})();
