// What any page may want: a toast, a hint at the mouse or the focus, words for screen readers, copying, light and dark.
// Text reaches the page through textContent only.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const home = () => $("#layout")?.parentElement || document.body;

  // ---- words ---------------------------------------------------------------------------------------------------
  let toast;
  const say = (words) => {
    if (!toast) { toast = document.createElement("div"); toast.id = "toast"; toast.setAttribute("role", "status"); home().append(toast); }
    toast.textContent = words; toast.className = "shown";
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => { toast.className = ""; }, 4000);
  };
  let heard;
  const announce = (words) => {  // for screen readers alone
    if (!words) return;
    if (!heard) { heard = document.createElement("div"); heard.id = "heard"; heard.setAttribute("role", "status"); home().append(heard); }
    heard.textContent = "";
    setTimeout(() => { heard.textContent = words; }, 50);  // the same words again are news, too
  };
  const hint = document.createElement("div");
  hint.id = "hint"; hint.setAttribute("role", "tooltip");
  const showHint = (event) => {
    const chip = event.target.closest?.("[data-hint]");
    if (!chip) { hint.className = ""; return; }
    if (!hint.isConnected) home().append(hint);
    hint.textContent = chip.dataset.hint;
    hint.className = "shown";
    const at = chip.getBoundingClientRect(), box = hint.getBoundingClientRect();
    hint.style.left = Math.max(8, Math.min(at.left, innerWidth - box.width - 8)) + "px";
    hint.style.top = (at.bottom + box.height + 10 > innerHeight ? at.top - box.height - 6 : at.bottom + 6) + "px";
  };
  const hideHint = () => { hint.className = ""; };
  document.addEventListener("mouseover", showHint);
  document.addEventListener("focusin", showHint);
  document.addEventListener("scroll", hideHint, true);

  const copy = async (words) => {
    try { await navigator.clipboard.writeText(words); return true; } catch { /* not a secure context */ }
    const field = document.createElement("textarea");
    field.value = words; document.body.append(field); field.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch { /* said by the caller */ }
    field.remove();
    return done;
  };

  // ---- dates: the browser's own field, which keyboards and screen readers know, in place of Gradio's text box --------
  const dated = () => document.querySelectorAll("#since input, #until input").forEach((each) => { if (each.type !== "date") each.type = "date"; });
  new MutationObserver(dated).observe(document, { childList: true, subtree: true });
  document.addEventListener("input", (event) => {  // a date half typed is none yet; Gradio would clear the field
    const { type, value, validity } = event.target;
    if (type === "date" && (validity.badInput || (value && value < "1000"))) event.stopPropagation();
  }, true);

  // ---- light and dark: as the system has it, or as it was chosen here --------------------------------------------
  const paint = (choice) => {
    if (choice) localStorage.setItem("citespan.theme", choice);
    const wanted = localStorage.getItem("citespan.theme");
    if (wanted) [document.body, document.documentElement].forEach((each) => each.classList.toggle("dark", wanted === "dark"));
  };

  window.citespanPage = { $, say, copy, paint, announce, hideHint };
})();
