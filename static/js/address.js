/* The address dialog: a pasted line fills the fields, and provinces, cities and districts are suggested. */
"use strict";

document.addEventListener("htmx:load", (loaded) => {
  const box = loaded.target.querySelector("[data-address]");
  if (!box) return;
  const field = (name) => box.querySelector(`[name=${name}]`);
  const names = ["recipient", "phone", "province", "city", "district", "detail"];

  async function split() {
    const pasted = field("pasted").value.trim();
    if (!pasted) return;
    const body = new FormData();
    body.set("pasted", pasted);
    const token = box.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(box.dataset.splitUrl, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (!answer.ok || field("pasted").value.trim() !== pasted) return;
    const parts = await answer.json();
    for (const name of names) if (parts[name]) field(name).value = parts[name];
    suggest();
  }

  /* The table is fetched when the dialog is first used, not with every order page. */
  let provinces = null;

  async function load() {
    if (provinces) return;
    provinces = [];
    const answer = await fetch(box.dataset.regionsUrl);
    if (answer.ok) provinces = (await answer.json()).provinces;
    suggest();
  }

  function fill(level, values) {
    box.querySelector(`#regions-${level}`).replaceChildren(...values.map((value) => new Option(value, value)));
  }

  function suggest() {
    const province = (provinces || []).find((row) => row.name === field("province").value);
    const city = province?.cities.find((row) => row.name === field("city").value);
    fill("province", (provinces || []).map((row) => row.name));
    fill("city", (province?.cities || []).map((row) => row.name));
    fill("district", city?.districts || []);
  }

  let waiting = 0;
  box.addEventListener("focusin", () => load().catch(() => {}));
  box.addEventListener("input", (event) => {
    if (event.target.name !== "pasted") return suggest();
    clearTimeout(waiting);
    waiting = setTimeout(() => split().catch(() => {}), 150);
  });
});
