/* The selection bar of the order list: what fits the chosen orders, all results, and the question beforehand. */
"use strict";

(() => {
  const form = () => document.querySelector("[data-bulk]");
  const boxes = () => [...document.querySelectorAll("[data-rows] tbody input[type=checkbox][name=number]")];
  const all_field = () => form().querySelector("[data-bulk-all]");
  const all_button = () => form().querySelector("[data-bulk-select-all]");

  function write(text, values) {
    return text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  }

  /* What is chosen: {total, words, fitting(action)}; counts of all results come from the server, capped. */
  function read_choice() {
    const button = all_button();
    if (!all_field().disabled && button) {
      const fits = (action) => [button.getAttribute(`data-fits-${action}`), button.getAttribute(`data-fits-${action}-words`)];
      return { total: Number(button.dataset.total), words: button.dataset.totalWords,
        fitting: (element) => ({ n: Number(fits(element.dataset.bulkAction)[0]), words: fits(element.dataset.bulkAction)[1] }) };
    }
    const chosen = boxes().filter((box) => box.checked);
    const fitting = (element) => {
      const stages = element.dataset.stages.split(" ");
      const { mark } = element.dataset;
      const has_mark = (box) => !mark || box.dataset.marks.split(" ").includes(mark);
      const n = chosen.filter((box) => stages.includes(box.dataset.stage) && has_mark(box)).length;
      return { n, words: String(n) };
    };
    return { total: chosen.length, words: String(chosen.length), fitting };
  }

  function describe(button, fit, choice) {
    const { wordsOne, wordsEvery, wordsSome } = button.dataset;
    if (fit.n < choice.total) return write(wordsSome, { n: fit.words, total: choice.words });
    return write(fit.n === 1 ? wordsOne : wordsEvery, { n: fit.words });
  }

  function show() {
    if (!form()) return;
    const choice = read_choice();
    const is_all = !all_field().disabled;
    form().querySelector("[data-bulk-count]").textContent = write(
      is_all ? form().dataset.wordsAll : form().dataset.wordsChosen, { n: choice.words });
    let possible = 0;
    for (const button of form().querySelectorAll("[data-bulk-action]")) {
      const fit = choice.fitting(button);
      button.hidden = fit.n === 0;
      possible += fit.n > 0 ? 1 : 0;
      button.querySelector("[data-bulk-words]").textContent = describe(button, fit, choice);
    }
    const none = form().querySelector("[data-bulk-none]");
    if (none) none.hidden = possible > 0;
    show_all_button(is_all);
  }

  /* "All results" is offered once the whole page is chosen; only then is it counted. */
  function show_all_button(is_all) {
    const place = form().querySelector(".bulk-all");
    if (!place) return;
    const is_page_chosen = boxes().length > 0 && boxes().every((box) => box.checked);
    place.hidden = !is_page_chosen || is_all;
    if (is_page_chosen && !all_button() && !place.dataset.asked) {
      place.dataset.asked = "";
      place.dispatchEvent(new CustomEvent("bulk-count"));
    }
  }

  function set_all(is_all) {
    all_field().disabled = !is_all;
    show();
  }

  function clear() {
    for (const box of boxes()) box.checked = false;
    all_field().disabled = true;
    const head = document.querySelector("[data-check-all]");
    head.checked = false;
    head.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("change", (event) => {
    if (form() && event.target.closest("[data-rows]")) set_all(false);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-bulk-select-all]")) set_all(true);
    if (event.target.closest("[data-bulk-clear]")) clear();
    event.target.closest("[data-bulk-action]")?.closest("details")?.removeAttribute("open");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "list-dialog") show();
  });
  window.addEventListener("pageshow", show);
})();
