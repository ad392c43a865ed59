/* Packing photos: each is made small and sent as soon as it is taken; the form names it by its id. */
"use strict";

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
