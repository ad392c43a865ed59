/* The ship dialog: the courier guessed from the number, several parcels, and a scanner's Enter. */
"use strict";

document.addEventListener("htmx:load", (loaded) => {
  const ship = loaded.target.querySelector("[data-ship]");
  if (!ship) return;

  const form = ship.closest("form");
  const list = ship.querySelector("[data-parcels]");
  const pattern = ship.querySelector("[data-parcel-pattern]");
  const total = form.querySelector("[name=parcel-TOTAL_FORMS]");
  const label = form.querySelector("[data-ship-label]");
  const parcels = () => [...list.querySelectorAll("[data-parcel]")];
  const most = Number(form.querySelector("[name=parcel-MAX_NUM_FORMS]").value);

  /* Guessing: an own choice is never overruled, a guess is renewed with the number. */
  const waiting = new WeakMap();

  async function guess_courier(field) {
    const parcel = field.closest("[data-parcel]");
    const select = parcel.querySelector("[data-courier]");
    const words = parcel.querySelector("[data-guess]");
    const number = field.value.trim();
    if (select.dataset.chosen === "by hand") return;
    if (number.length < 8) return show_guess(select, words, "", "");
    const answer = await fetch(`${ship.dataset.guessUrl}?number=${encodeURIComponent(number)}`);
    if (!answer.ok || field.value.trim() !== number) return;
    const [best] = (await answer.json()).couriers;
    if (best) show_guess(select, words, best.code, ship.dataset.textGuessed.replace("{courier}", best.name));
    else show_guess(select, words, "", ship.dataset.textUnknown);
  }

  function show_guess(select, words, code, text) {
    select.value = code;
    words.textContent = text;
  }

  list.addEventListener("input", (event) => {
    if (event.target.matches("[data-tracking-no]")) {
      clearTimeout(waiting.get(event.target));
      waiting.set(event.target, setTimeout(() => guess_courier(event.target).catch(() => {}), 150));
    }
  });

  list.addEventListener("change", (event) => {
    if (!event.target.matches("[data-courier]")) return;
    event.target.dataset.chosen = event.target.value ? "by hand" : "";
    event.target.closest("[data-parcel]").querySelector("[data-guess]").textContent = "";
  });

  /* A scanner ends a number with Enter: on to the next empty number, after the last one the form is sent. */
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-tracking-no]")) return;
    const empty = [...list.querySelectorAll("[data-tracking-no]")].find((field) => !field.value.trim());
    if (!empty) return;
    event.preventDefault();
    empty.focus();
  });

  /* Parcels. */
  function rename(parcel, number) {
    for (const node of parcel.querySelectorAll("[name], [id], [for], [aria-describedby], [data-photos-name]")) {
      for (const key of ["name", "id", "for", "aria-describedby", "data-photos-name", "value"]) {
        const value = node.getAttribute(key);
        if (value) node.setAttribute(key, value.replace(/parcel-(\d+|__prefix__)-/g, `parcel-${number}-`));
      }
    }
  }

  function count_parcels() {
    const all = parcels();
    all.forEach((parcel, number) => {
      rename(parcel, number);
      parcel.querySelector("[data-parcel-number]").textContent = all.length > 1 ? String(number + 1) : "";
      parcel.querySelector("[data-parcel-remove]").hidden = all.length === 1;
    });
    total.value = String(all.length);
    label.textContent = all.length === 1 ? label.dataset.one : label.dataset.many.replace("{n}", all.length);
    ship.querySelector("[data-parcel-add]").hidden = all.length >= most;
  }

  ship.querySelector("[data-parcel-add]").addEventListener("click", () => {
    list.append(pattern.content.cloneNode(true));
    count_parcels();
    window.htmx.process(parcels().at(-1));
    parcels().at(-1).querySelector("input:not([type=hidden])")?.focus();
  });

  list.addEventListener("click", (event) => {
    if (!event.target.closest("[data-parcel-remove]")) return;
    event.target.closest("[data-parcel]").remove();
    count_parcels();
  });

  count_parcels();
});

/* An e-waybill has come: its number stands in the field, and nothing is sent until the clerk says so. */
document.addEventListener("htmx:load", (loaded) => {
  const parcel = loaded.target.closest("[data-parcel]");
  const issued = loaded.target.matches("[data-issued]") ? loaded.target : loaded.target.querySelector("[data-issued]");
  if (!parcel || !issued) return;
  const select = parcel.querySelector("[data-courier]");
  parcel.querySelector("[data-tracking-no]").value = issued.dataset.issued;
  select.value = issued.dataset.issuedCourier;
  select.dataset.chosen = "by hand";
});
