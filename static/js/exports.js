/* The columns of an export: each can be moved before or behind its neighbour; they are sent as they stand. */
"use strict";

(() => {
  const list = document.querySelector("[data-column-list]");

  function move(button) {
    const item = button.closest("li");
    const is_up = button.dataset.columnMove === "up";
    const neighbour = is_up ? item.previousElementSibling : item.nextElementSibling;
    if (!neighbour) return;
    if (is_up) neighbour.before(item);
    else neighbour.after(item);
    button.focus();
  }

  for (const button of list.querySelectorAll("[data-column-move]")) button.hidden = false;
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-column-move]");
    if (button) move(button);
  });
})();
