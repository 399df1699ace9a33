// The browser's part: conversations kept in localStorage, clicks on rendered HTML, and the marked span in view.
// Text reaches the page through textContent only.
(() => {
  "use strict";
  const KEY = "citespan.conversation.", HERE = "citespan.open";
  const { $, say, copy, paint, announce, hideHint } = window.citespanPage;
  const fresh = () => ({ id: crypto.randomUUID ? crypto.randomUUID() : String(Date.now()) + Math.random().toString(16).slice(2),
                         title: "", updated: Date.now(), turns: [] });
  let busy = 0, mode = "", byHand = false;
  const unkept = new Set();  // ids of conversations that wait for their first answer: not stored, not listed yet

  // ---- conversations -------------------------------------------------------------------------------------------
  const read = (id) => { try { return JSON.parse(localStorage.getItem(KEY + id)); } catch { return null; } };
  const all = () => Object.keys(localStorage).filter((key) => key.startsWith(KEY))
    .map((key) => read(key.slice(KEY.length))).filter((c) => c && Array.isArray(c.turns))
    .sort((a, b) => b.updated - a.updated);
  let now = null;
  const current = () => {
    if (now === null) now = read(sessionStorage.getItem(HERE)) || all()[0] || fresh();
    return now;
  };
  const open = (conversation) => { now = conversation; sessionStorage.setItem(HERE, conversation.id); list(); return conversation; };
  const write = (conversation) => {
    try { localStorage.setItem(KEY + conversation.id, JSON.stringify(conversation)); }
    catch { say("This browser's storage is full: the conversation will not survive a reload. Delete old ones."); }
  };
  const keep = (turns, id) => {
    const kept = id === current().id ? current() : read(id) || (unkept.has(id) ? { ...fresh(), id } : null);
    if (!kept) return;  // deleted meanwhile, perhaps in another tab
    unkept.delete(id);
    kept.turns = turns;
    kept.updated = Date.now();
    if (!kept.title && turns.length) kept.title = turns[0].typed.slice(0, 80);
    write(kept);
    if (kept === now) sessionStorage.setItem(HERE, kept.id);
    list();
  };

  const button = (label, words, act) => {
    const made = document.createElement("button");
    made.type = "button"; made.textContent = words; made.className = "quiet";
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };
  const list = () => {
    const place = $("#conversations ul");
    if (!place) return;
    const kept = all();
    place.replaceChildren(...kept.map((each) => {
      const row = document.createElement("li"), title = each.title || "Untitled";
      const go = button("", title, () => { open(each); press("#reopen"); });
      go.className = "go"; go.dir = "auto";
      if (each.id === current().id) { row.className = "here"; go.setAttribute("aria-current", "true"); }
      row.append(go,
        button("Rename " + title, "✎", () => rename(row, each)),
        button("Delete " + title, "✕", () => confirmIn(row, "Delete this conversation?", () => {
          localStorage.removeItem(KEY + each.id);
          if (each.id === current().id) { open(all()[0] || fresh()); press("#reopen"); }
          list();
        })));
      return row;
    }));
    const none = $("#conversations .none");
    if (none) none.hidden = kept.length > 0;
  };
  const rename = (row, each) => {
    const field = document.createElement("input");
    field.value = each.title; field.maxLength = 80; field.setAttribute("aria-label", "New name");
    let done = false;
    const end = (save) => {
      if (done) return;
      done = true;
      const kept = read(each.id);
      if (save && kept && field.value.trim()) { kept.title = field.value.trim(); write(kept); if (now.id === kept.id) now.title = kept.title; }
      list();
    };
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") end(true); if (event.key === "Escape") end(false); });
    field.addEventListener("blur", () => end(true));
    row.replaceChildren(field); field.focus(); field.select();
  };
  const confirmIn = (row, words, act) => {
    const before = [...row.childNodes], ask = document.createElement("span");
    ask.className = "sure"; ask.textContent = words;
    const back = () => { row.replaceChildren(...before); $("button", row)?.focus(); };
    const no = button("", "Cancel", back);
    row.replaceChildren(ask, button("", "Yes, delete", act), no);
    row.onkeydown = (event) => { if (event.key === "Escape") back(); };
    no.focus();
  };

  // ---- asking ----------------------------------------------------------------------------------------------------
  const press = (selector) => ($(selector + " button") || $(selector))?.click();
  const fill = (selector, words) => {
    const field = $(selector + " textarea") || $(selector + " input");
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return field;
  };
  const inert = (words) => {
    const box = document.createElement("i");
    box.textContent = words;
    return box.innerHTML.replace(/[{}$`"']/g, (sign) => "&#" + sign.charCodeAt(0) + ";");
  };
  const askNow = (words, how) => { mode = how || ""; fill("#question", words); setTimeout(() => press("#send"), 30); };
  // -> [question box, question asked, mode, pending, conversation]
  const begin = async (words) => {
    const typed = (words || "").trim(), how = mode, from = current();
    mode = "";
    while (busy && Date.now() - busy < 60000) await new Promise((go) => setTimeout(go, 20));  // one at a time, in order
    const here = from.id === current().id ? current() : read(from.id) || from;  // asked where it was typed
    busy = Date.now();  // until end(): also for nothing typed, whose round trip would swallow the next question's
    if (!typed) {
      say("Type a question first.");
      $("#question textarea")?.focus();
      return [words || "", "", "", "", { id: here.id, turns: here.turns }];
    }
    if (!here.turns.length) unkept.add(here.id);
    $("#transcript .welcome")?.remove();
    requestAnimationFrame(() => scrollDown());
    const turns = how === "literal" ? here.turns.slice(0, -1) : here.turns;
    return ["", typed, how, '<section class="turn pending"><h3 class="asked" dir="auto"><bdi>' + inert(typed) +
      '</bdi></h3><p class="stage" role="status"><span class="pulse" aria-hidden="true"></span>Searching the articles…</p></section>',
      { id: here.id, turns }];
  };
  const end = (conversation) => {
    busy = 0;
    if (conversation && conversation.id && conversation.turns.length) {
      keep(conversation.turns, conversation.id);
      if (conversation.id !== current().id) press("#reopen");  // left while it waited: the page shows the open one
      else setTimeout(() => announce($("#transcript .turn[data-newest] :is(.sentence, .verdict)")?.textContent), 100);
    }
    $("#question textarea")?.focus({ preventScroll: true });
    return "";  // nothing is pending any more
  };
  // the server did not answer (Gradio says so): the question goes back into its box -> [pending, question box]
  const failed = (asked, words) => { busy = 0; return ["", words || asked]; };
  const scrollDown = () => {
    const box = $("#thread"), newest = $("#pending .turn") || $("#transcript .turn[data-newest]");
    if (!box || !newest) return;
    if (box.scrollHeight > box.clientHeight + 4) box.scrollTop += newest.getBoundingClientRect().top - box.getBoundingClientRect().top - 16;
    else newest.scrollIntoView({ block: "nearest" });
  };

  // ---- clicks on rendered HTML -------------------------------------------------------------------------------------
  const cited = () => $("#evidence code")?.textContent;  // the citation shown
  const placeOf = (chip) => {
    const of = chip.closest(".turn") || chip.parentElement;
    return { id: chip.dataset.cite, around: [...of.querySelectorAll("[data-cite]")].map((each) => each.dataset.cite) };
  };
  const closeSide = () => { $("#layout")?.classList.remove("side-open"); $("#menu")?.setAttribute("aria-expanded", "false"); };
  // the citation of the address or of the look-up box: shown as a chip shows it, and brought into view on a phone
  const lookUp = (id) => {
    const wanted = (id || "").trim().replace(/^\[|\]$/g, "");
    byHand = true;
    document.querySelectorAll(".chip[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
    closeSide();
    if (cited() === wanted) showSpan();  // nothing will change that could be watched
    return id;
  };
  let openCitation = null, opening = false, next = null;  // the click that waits until the one before has been answered
  const cite = (data) => {
    next = opening ? data : null;
    if (!opening) { opening = true; openCitation(data); }
  };
  const opened = () => { opening = false; if (next) cite(next); };
  const openChip = (chip) => {
    if (!openCitation) return;
    byHand = true;
    document.querySelectorAll(".chip[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
    chip.setAttribute("aria-current", "true");
    cite(placeOf(chip));
    if (cited() === chip.dataset.cite) showSpan();
  };
  let looks = 0;
  const shown = () => {
    scrollDown();
    if ($("#transcript .welcome[data-looking]") && looks++ < 30) setTimeout(() => { if (!busy && !current().turns.length) press("#look"); }, 1500);
  };
  const onTranscript = (element, trigger) => {
    openCitation = (data) => trigger("cite", data);
    element.addEventListener("click", (event) => {
      const chip = event.target.closest("a.chip");
      if (chip) {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        openChip(chip);
        return;
      }
      const act = event.target.closest("[data-act]"), at = Number(act?.dataset.at);
      if (!act) return;
      if (act.dataset.act === "example") askNow(act.textContent);
      if (act.dataset.act === "literal") askNow(current().turns.at(-1).typed, "literal");
      if (act.dataset.act === "right" || act.dataset.act === "wrong") {
        const box = act.closest(".judge");
        box.dataset.verdict = act.dataset.act;
        box.querySelectorAll("[data-act=right],[data-act=wrong]").forEach((each) => each.setAttribute("aria-pressed", String(each === act)));
        $(".why", box).hidden = false;
        $(".why input", box).focus();
      }
      if (act.dataset.act === "send") {
        const box = act.closest(".judge");
        trigger("feedback", { at, verdict: box.dataset.verdict, comment: $("input", box).value, conversation: { id: current().id, turns: current().turns } });
      }
    });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches(".why input")) { event.preventDefault(); $("[data-act=send]", event.target.parentElement).click(); }
    });
  };
  const onEvidence = (element) => {
    element.addEventListener("click", async (event) => {
      const act = event.target.closest("[data-act]");
      if (!act) return;
      if (act.dataset.act === "step" && act.dataset.to) {
        const chips = [...document.querySelectorAll("#transcript .chip")].filter((each) => each.dataset.cite === act.dataset.to);
        if (chips.length) openChip(chips.find((each) => each.closest(".turn")?.querySelector(".chip[aria-current]")) || chips.at(-1));
      }
      if (act.dataset.act === "back") ($(".chip[aria-current]")?.closest(".turn") || $("#transcript")).scrollIntoView({ block: "start" });
      if (act.dataset.act === "copy" || act.dataset.act === "permalink") {
        event.preventDefault();
        const words = act.dataset.text || act.href;
        say(await copy(words) ? (act.dataset.act === "copy" ? "Quote copied with its reference." : "Permanent link copied.") : "Copying is not allowed here: " + words);
      }
    });
  };
  const showSpan = () => {
    const mark = $("#cited-span"), body = mark?.closest(".body"), small = byHand && innerWidth <= 860;
    const lost = byHand && document.activeElement === document.body;  // the box was in the menu that closed
    byHand = false;
    if (small) $("#evidence .evidence")?.scrollIntoView({ block: "start", behavior: "auto" });
    if (!mark) return;
    const scrolls = body.scrollHeight > body.clientHeight + 4;
    if (scrolls) body.scrollTop += mark.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 3;
    if (lost) body.focus({ preventScroll: true });
    if ($(".chip[aria-current]")) return;
    [...document.querySelectorAll("#transcript .chip")].findLast((each) => each.dataset.cite === cited())?.setAttribute("aria-current", "true");
  };

  // ---- articles --------------------------------------------------------------------------------------------------------
  const onSources = (element, trigger) => element.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]");
    if (act?.dataset.act === "remove") confirmIn(act.closest("li"), "Remove it?", () => trigger("remove", { source: act.dataset.source }));
  });
  const taking = () => '<div class="taking"><p class="stage" role="status"><span class="pulse" aria-hidden="true"></span>Waiting for a turn…</p></div>';
  const onFilters = (element, trigger) => element.addEventListener("click", (event) => {
    if (event.target.closest("[data-act=clear]")) trigger("clear", {});
  });

  // ---- small things --------------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { hideHint(); closeSide(); }
    const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { event.preventDefault(); $("#question textarea")?.focus(); }
    if (event.key === "n" || event.key === "p") {
      $(event.key === "n" ? "#evidence [aria-label='Next citation']" : "#evidence [aria-label='Previous citation']")?.click();
    }
  });
  document.addEventListener("click", (event) => {
    const act = event.target.closest("[data-page]");
    if (!act) return;
    if (act.dataset.page === "side") {
      const opened = $("#layout").classList.toggle("side-open");  // on the layout: Gradio scopes our styles to its container
      act.setAttribute("aria-expanded", String(opened));
    }
    if (act.dataset.page === "new") { open(fresh()); press("#reopen"); $("#question textarea")?.focus(); closeSide(); }
    if (act.dataset.page === "dark") paint(document.body.classList.contains("dark") ? "light" : "dark");
    if (act.dataset.page === "md" || act.dataset.page === "json") press(act.dataset.page === "md" ? "#export-md" : "#export-json");
  });
  window.addEventListener("storage", (event) => { if (event.key?.startsWith(KEY)) list(); });
  window.addEventListener("focus", () => press("#refresh"));
  const save = (kind, words) => {
    const name = (current().title || "conversation").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) + "." + kind;
    if (!words) { say("There is nothing to export yet."); return; }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([words], { type: "text/plain;charset=utf-8" }));
    link.download = name; link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 5000);
  };

  window.citespan = {
    begin, end, failed, say, list, lookUp, save, shown, opened, taking, showSpan, scrollDown,
    onTranscript, onEvidence, onSources, onFilters,
    // -> [conversation, citation id of the address]
    boot: () => { paint(); setTimeout(list, 0); const wanted = new URLSearchParams(location.search).get("cite") || "";
                  byHand = Boolean(wanted);
                  return [{ id: current().id, turns: current().turns }, wanted]; },
    present: () => ({ id: current().id, title: current().title, turns: current().turns }),
    judged: (conversation) => { if (conversation?.id && conversation.turns.length) keep(conversation.turns, conversation.id); },
  };
})();
