"use strict";
(async () => {
  const HEIGHT = 52;
  const $ = (id) => document.getElementById(id);

  async function load() {
    const element = $("data");
    if (element.type === "application/json") return JSON.parse(element.textContent);
    const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // Text from articles and questions only ever becomes text nodes.
  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    for (const child of children) element.append(child);
    return element;
  }

  const percent = (value) => (value === null ? "–" : (100 * value).toFixed(0) + " %");
  const tone = (row) =>
    ["right", "rightly refused"].includes(row.l) ? "good" : row.l === "near" ? "mid" : "bad";
  const gold = (row) => (row.g.length ? row.g.join(" | ") : "(no answer)");
  const said = (row) => (row.p ? row.p : row.em === null ? "" : "(refused)");

  const data = await load();
  for (const rows of Object.values(data)) {
    for (const row of rows) row.hay = [row.id, row.q, row.p, row.b, ...row.g].join("\n").toLowerCase();
  }

  let rows = [], shown = [], chosen = -1;

  function choose(mode) {
    for (const tab of document.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", tab.dataset.mode === mode);
    for (const part of document.querySelectorAll("section[data-mode]")) part.hidden = part.dataset.mode !== mode;
    rows = data[mode];
    const counts = new Map();
    for (const row of rows) counts.set(row.l, (counts.get(row.l) || 0) + 1);
    $("lost").replaceChildren(new Option(`all that became of them (${rows.length})`, ""));
    for (const [name, count] of counts) $("lost").append(new Option(`${name} (${count})`, name));
    filter();
  }

  function filter() {
    const began = performance.now();
    const wanted = $("search").value.trim().toLowerCase(), lost = $("lost").value, order = $("order").value;
    shown = [];
    for (let i = 0; i < rows.length; i++) {
      if ((!lost || rows[i].l === lost) && (!wanted || rows[i].hay.includes(wanted))) shown.push(i);
    }
    if (order === "f") shown.sort((a, b) => (rows[a].f ?? 0) - (rows[b].f ?? 0));
    if (order === "c") shown.sort((a, b) => (rows[b].c ?? 0) - (rows[a].c ?? 0));
    if (order === "t") shown.sort((a, b) => rows[b].t - rows[a].t);
    $("count").textContent = `${shown.length} of ${rows.length}`;
    $("list").scrollTop = 0;
    chosen = -1;
    draw();
    document.body.dataset.filterMs = (performance.now() - began).toFixed(1);
  }

  // Only the rows in view exist: ten thousand questions scroll like ten.
  function draw() {
    const list = $("list"), spacer = $("spacer");
    spacer.style.height = shown.length * HEIGHT + "px";
    const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 4);
    const last = Math.min(shown.length, first + Math.ceil(list.clientHeight / HEIGHT) + 8);
    const fresh = [];
    for (let place = first; place < last; place++) {
      const row = rows[shown[place]];
      const item = make("div", "row",
        make("div", "", row.q),
        make("div", "under", make("span", tone(row), row.l), ` · ${said(row)} · gold: ${gold(row)}`));
      item.style.top = place * HEIGHT + "px";
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", place === chosen);
      item.addEventListener("click", () => select(place));
      fresh.push(item);
    }
    spacer.replaceChildren(...fresh);
  }

  function select(place) {
    if (place < 0 || place >= shown.length) return;
    chosen = place;
    const list = $("list"), top = place * HEIGHT;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + HEIGHT - list.clientHeight;
    draw();
    detail(rows[shown[place]]);
  }

  function detail(row) {
    const facts = make("dl");
    const fact = (name, value) => { if (value !== "") facts.append(make("dt", "", name), make("dd", "", value)); };
    if (row.u) fact("Understood", row.u);
    fact("Said", said(row));
    if (!row.p && row.b) fact("Best span", row.b);
    fact("Gold", gold(row));
    fact("Became", make("span", tone(row), row.l));
    if (row.f !== null) fact("F1, EM", `${percent(row.f)}, ${percent(row.em)}`);
    if (row.c !== null) fact("Confidence", percent(row.c));
    if (row.r) fact("Reason", row.r);
    if (row.cites.length) fact("Cited", row.cites.join(", "));
    fact("Took", `${row.t} ms`);
    fact("Id", row.id);
    $("detail").replaceChildren(make("h3", "", row.q), facts, ...row.x.map(excerpt));
    if (row.x.length) {
      $("detail").append(make("p", "legend", make("mark", "predicted", "said"), " ", make("mark", "gold", "gold"), " ", make("mark", "both", "both")));
    }
    $("detail").scrollTop = 0;
  }

  // Offsets count code points, JavaScript's strings count UTF-16 units: go through an array of code points.
  function excerpt([source, title, start, text, marks]) {
    const letters = Array.from(text);
    const edges = [...new Set([0, letters.length, ...marks.flatMap(([a, b]) => [a, b])])].sort((a, b) => a - b);
    const quote = make("blockquote", "", make("cite", "", `${title || source} · ${source}, from character ${start}`));
    for (let i = 0; i + 1 < edges.length; i++) {
      const piece = letters.slice(edges[i], edges[i + 1]).join("");
      const kinds = new Set(marks.filter(([a, b]) => a <= edges[i] && edges[i + 1] <= b).map((mark) => mark[2]));
      quote.append(kinds.size ? make("mark", kinds.size > 1 ? "both" : [...kinds][0], piece) : piece);
    }
    return quote;
  }

  for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => choose(tab.dataset.mode));
  $("search").addEventListener("input", filter);
  $("lost").addEventListener("change", filter);
  $("order").addEventListener("change", filter);
  $("list").addEventListener("scroll", draw);
  $("list").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (!step) return;
    event.preventDefault();
    select(Math.min(Math.max(chosen + step, 0), shown.length - 1));
  });
  addEventListener("resize", draw);
  choose(Object.keys(data)[0]);
  document.body.dataset.ready = "yes";
})();
