/* Lists without a mouse: "/" search, j and k, Enter, x, "?"; selection with its bar. No bare key destroys anything. */
"use strict";

(() => {
  const table = () => document.querySelector("[data-rows]");
  const rows = () => [...(table()?.querySelectorAll("tbody > tr[data-href], tbody > tr[data-row]") || [])];
  const cursor = () => table()?.querySelector("tr.is-cursor");
  /* The row that the keys speak of: the one with the focus, be it of a box or a link in it, else where they were last. */
  const here = () => document.activeElement?.closest("[data-rows] tbody > tr") || cursor();

  function is_typing(target) {
    return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], [role=textbox]") !== null;
  }

  function move_cursor(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here());
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    cursor()?.classList.remove("is-cursor");
    next.classList.add("is-cursor");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function open_row(row, in_new_tab) {
    if (!row?.dataset.href) return;
    if (in_new_tab) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  }

  function toggle_row(row) {
    const box = row?.querySelector("input[type=checkbox]");
    if (box && !box.disabled) box.click();
  }

  function focus_search() {
    const field = document.getElementById("search");
    field?.focus();
    field?.select();
  }

  const keys = {
    "/": focus_search,
    "?": () => document.getElementById("help")?.showModal(),
    j: () => move_cursor(1),
    k: () => move_cursor(-1),
    x: () => toggle_row(here()),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && event.target.id === "search") event.target.blur();
    if (is_typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.target === cursor()) open_row(cursor(), false);
    else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  /* A row opens like a link: with Ctrl, Cmd or the middle button in a new tab. Selecting text does not open it. */
  function handle_row_click(event) {
    const row = event.target.closest?.("[data-rows] tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, summary, form")) return;
    if (window.getSelection().toString()) return;
    open_row(row, event.ctrlKey || event.metaKey || event.button === 1);
  }

  document.addEventListener("click", handle_row_click);
  document.addEventListener("auxclick", (event) => event.button === 1 && handle_row_click(event));

  /* Selection. */
  function show_selection() {
    const boxes = [...(table()?.querySelectorAll("tbody input[type=checkbox][name]") || [])];
    const count = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest("tr").classList.toggle("is-selected", box.checked);
    const all = table()?.querySelector("[data-check-all]");
    if (all) {
      all.checked = count > 0 && count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
    for (const bar of document.querySelectorAll("[data-selection-bar]")) bar.hidden = count === 0;
    for (const place of document.querySelectorAll("[data-selection-count]")) place.textContent = String(count);
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-check-all]")) {
      for (const box of table().querySelectorAll("tbody input[type=checkbox][name]:not(:disabled)")) {
        box.checked = event.target.checked;
      }
    }
    if (event.target.closest("[data-rows]")) show_selection();
  });
  document.addEventListener("htmx:afterSwap", show_selection);
  window.addEventListener("pageshow", show_selection);
})();
