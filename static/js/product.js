// One more SKU without asking the server; without this script the button asks it.
"use strict";

const form = document.querySelector("[data-product-form]");
const rows = form?.querySelector("[data-sku-rows]");
const template = form?.querySelector("[data-sku-template]");
const total = form?.querySelector("[name$='-TOTAL_FORMS']");
const most = Number(form?.querySelector("[name$='-MAX_NUM_FORMS']")?.value || 0);

form?.querySelector("[data-sku-add]")?.addEventListener("click", (event) => {
  const place = Number(total.value);
  if (place >= most) return;
  event.preventDefault();
  const row = template.content.cloneNode(true);
  row.querySelectorAll("[name]").forEach((field) => {
    field.name = field.name.replace("__prefix__", place);
    field.id = field.id.replace("__prefix__", place);
  });
  const code = row.querySelector("input:not([type=hidden])");
  rows.append(row);
  total.value = String(place + 1);
  code.focus();
});
