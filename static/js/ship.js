/* The dialogs of parcels: the courier guessed from the number, several parcels, a scanner's Enter; packing photos. */
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

/* Packing photos: each is made small and sent as soon as it is taken; the form names it by its id. */
const LONGEST_SIDE = 1600;

/* A phone's photo may be larger than the shop takes; what cannot be drawn here is sent as it is, for the shop to judge. */
async function shrink(file) {
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.88 });
  } catch {
    return file;
  }
}

async function send(field, file) {
  const body = new FormData();
  body.append("image", await shrink(file), "photo.jpg");
  const token = field.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(field.dataset.photosUrl, { method: "POST", body, headers: { "X-CSRFToken": token } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.message);
  return told;
}

function show(field, sent) {
  const photo = document.createElement("span");
  photo.className = "photo";
  const named = document.createElement("input");
  Object.assign(named, { type: "hidden", name: field.dataset.photosName, value: sent.id });
  const image = document.createElement("img");
  Object.assign(image, { src: sent.url, alt: "", width: 72, height: 72 });
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "btn btn-quiet btn-sm", textContent: field.dataset.textRemove });
  remove.dataset.photoRemove = "";
  photo.append(named, image, remove);
  field.querySelector("[data-photos-list]").append(photo);
}

document.addEventListener("change", async (event) => {
  if (!event.target.matches("[data-photos-file]")) return;
  const input = event.target;
  const field = input.closest("[data-photos]");
  const words = field.querySelector("[data-photos-words]");
  const files = [...input.files];
  const buttons = [...field.closest("form").querySelectorAll(".dialog-foot .btn-primary")];
  const has_room = () => field.querySelectorAll(".photo").length < Number(field.dataset.photosMost);
  let said = "";
  input.value = "";
  for (const button of buttons) button.disabled = true;
  for (const file of files) {
    words.textContent = field.dataset.textSending;
    if (!has_room()) {
      said = field.dataset.textMost;
      break;
    }
    try {
      show(field, await send(field, file));
    } catch (error) {
      said = error instanceof TypeError || error instanceof SyntaxError ? field.dataset.textFailed : error.message;
    }
  }
  words.textContent = said;
  for (const button of buttons) button.disabled = false;
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-photo-remove]")?.closest(".photo").remove();
});
