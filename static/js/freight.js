// Rows of a freight template: one more without asking the server, and regions chosen from the table by their names.
"use strict";

const form = document.querySelector("[data-freight-form]");
const rows = form?.querySelector("[data-rule-rows]");
const template = form?.querySelector("[data-rule-template]");
const total = form?.querySelector("[name$='-TOTAL_FORMS']");
const most = Number(form?.querySelector("[name$='-MAX_NUM_FORMS']")?.value || 0);

function addPlace(row) {
  const place = row.querySelector("[data-place]");
  const regions = row.querySelector("[name$='-regions']");
  if (place.value.trim()) {
    regions.value = [regions.value.trim(), place.value.trim()].filter(Boolean).join("、");
    place.value = "";
  }
  place.focus();
}

// Without this script names are typed into the field itself.
function showPlaces(row) {
  row.querySelectorAll("[data-place-row]").forEach((part) => (part.hidden = false));
}

form?.querySelectorAll("[data-rule]").forEach(showPlaces);

form?.addEventListener("click", (event) => {
  if (event.target.closest("[data-place-add]")) addPlace(event.target.closest("[data-rule]"));
});

form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-place]")) return;
  event.preventDefault();
  addPlace(event.target.closest("[data-rule]"));
});

form?.querySelector("[data-rule-add]")?.addEventListener("click", (event) => {
  const place = Number(total.value);
  if (place >= most) return;
  event.preventDefault();
  const row = template.content.cloneNode(true);
  row.querySelectorAll("[name], [id], [for], [aria-describedby]").forEach((part) => {
    for (const name of ["name", "id", "for", "aria-describedby"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace("__prefix__", place));
    }
  });
  const field = row.querySelector("textarea");
  showPlaces(row);
  rows.append(row);
  total.value = String(place + 1);
  field.focus();
});
