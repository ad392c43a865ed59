/* The console's frame: dialogs, copying, toasts, the drawer, relative times, htmx and double submits. */
"use strict";

(() => {
  const root = document.documentElement;
  const word = (name) => document.body.dataset[name] || "";

  /* Toasts. Other scripts: document.dispatchEvent(new CustomEvent("toast", {detail: {message, tone}})). */
  function show_toast(message, tone = "success") {
    const area = document.getElementById("toasts");
    const template = document.getElementById(`toast-${tone}`) || document.getElementById("toast-success");
    if (!area || !template || !message) return;
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.querySelector("[data-toast-message]").textContent = message;
    [...document.querySelectorAll("dialog:modal"), document.body].at(0).append(area);
    area.append(toast);
    leave_later(toast);
  }

  /* What is outside an open dialog cannot be reached: the toasts move in, and out again when it closes. */
  document.addEventListener("close", (event) => {
    const area = document.getElementById("toasts");
    if (area && event.target.contains(area)) document.body.append(area);
  }, true);

  /* An error stays until it is closed: it may say what to do. What can be pressed stays longer, and while it is near. */
  function leave_later(toast) {
    if (toast.classList.contains("toast-error") || toast.querySelector("[data-file]")) return;
    const leave = () => (toast.matches(":hover, :focus-within") ? leave_later(toast) : toast.remove());
    setTimeout(leave, toast.querySelector("form") ? 10000 : 6000);
  }

  document.addEventListener("toast", (event) => show_toast(event.detail.message, event.detail.tone));

  /* Native dialogs. */
  function open_dialog(dialog) {
    if (!(dialog instanceof HTMLDialogElement) || dialog.matches(":modal")) return;
    // One that came open with its page stood there for who has no scripts.
    dialog.open = false;
    dialog.showModal();
    const wrong = dialog.querySelector("[aria-invalid=true]");
    const field = dialog.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea)");
    (wrong || dialog.querySelector("[autofocus]") || field || dialog.querySelector("[data-dialog-close]:not(.top-button)"))?.focus();
  }

  /* What opens a dialog is a link to its address: there it is fetched from once, and the link works without us. */
  const fetching = new Map();
  let wanted = null;

  function fetch_dialog(opener) {
    const name = opener.dataset.dialogOpen;
    if (document.querySelector(name) || !opener.href) return Promise.resolve();
    if (!fetching.has(name)) {
      const arrival = htmx.ajax("GET", opener.href, { source: opener, target: "#dialogs", swap: "beforeend settle:0ms" });
      fetching.set(name, arrival.catch(() => {}).finally(() => fetching.delete(name)));
    }
    return fetching.get(name);
  }

  async function show_dialog(opener) {
    const find = () => document.querySelector(opener.dataset.dialogOpen);
    wanted = opener;
    // The menu that it was chosen from closes, and gets the focus back in its stead.
    leave_menu(opener.closest("details.menu[open]"));
    // What it says is of the moment in which it is opened.
    if ("dialogAnew" in opener.dataset) find()?.remove();
    const typed = find() ? null : await wait_for_dialog(opener);
    if (wanted !== opener) return;
    open_dialog(find());
    if (typed) type_on(document.activeElement, typed);
  }

  /* Until it is there, what is typed or scanned goes into a field that nobody sees, and from there into the dialog. */
  async function wait_for_dialog(opener) {
    const waiting = document.getElementById("dialog-waiting");
    const field = waiting.querySelector("textarea");
    field.value = "";
    delete field.dataset.all;
    waiting.showModal();
    await fetch_dialog(opener);
    waiting.close();
    return { text: field.value.trim(), is_all: "all" in field.dataset };
  }

  /* As if the keys had been pressed here: "select all" counts too, since a field may hold something already. */
  function type_on(field, { text, is_all }) {
    if (!field.matches("dialog :is(input, textarea)")) return;
    if (is_all) field.select();
    if (!text) return;
    if (field.selectionStart === null) field.value = text;
    else field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("keydown", (event) => {
    const is_all = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";
    if (is_all && event.target.closest?.("#dialog-waiting")) event.target.dataset.all = "";
  });

  document.addEventListener("cancel", (event) => {
    if (event.target.id === "dialog-waiting") wanted = null;
  }, true);

  function handle_dialog_click(event) {
    const { target } = event;
    const opener = target.closest("[data-dialog-open]");
    const dialog = target.closest("dialog");
    if (dialog && (target.closest("[data-dialog-close]") || target === dialog)) dialog.close();
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (opener.href && !window.htmx) return;
    event.preventDefault();
    show_dialog(opener);
  }

  /* An amount or a number in a dialog is there to be typed over: whole when one comes to it, the place pressed at the next press. */
  const NUMBER = "dialog :is([type=number], [inputmode=decimal], [inputmode=numeric])";
  let entering = null;

  document.addEventListener("focusin", ({ target }) => target.matches(NUMBER) && target.select());
  document.addEventListener("pointerdown", ({ target }) => {
    entering = target === document.activeElement ? null : target;
  });
  document.addEventListener("click", ({ target }) => {
    if (target === entering && target.matches(NUMBER) && target.selectionStart === target.selectionEnd) target.select();
  });

  /* The dialog that is used most is there before it is asked for. */
  for (const name of ["pointerover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const opener = event.target.closest?.("[data-dialog-ahead]");
      if (opener) fetch_dialog(opener);
    });
  }

  /* Copying says so where the eye is and aloud. */
  async function copy_text(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      copy_by_selection(button.dataset.copy);
    }
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1500);
    show_toast(word("textCopied").replace("{what}", button.dataset.copyName || button.dataset.copy));
  }

  /* Without https the clipboard API is absent: a counter's LAN address still has to copy. */
  function copy_by_selection(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    const holder = document.querySelector("dialog[open]") || document.body;
    holder.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  /* The drawer on phones. */
  function set_drawer(is_open) {
    const button = document.querySelector("[data-nav-toggle]");
    if (!button) return;
    root.dataset.nav = is_open ? "open" : "closed";
    button.setAttribute("aria-expanded", String(is_open));
    const inside = document.querySelector("#navigation a, #navigation button");
    (is_open ? inside : button).focus();
  }

  const is_drawer_open = () => root.dataset.nav === "open";

  function close_menus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  }

  function leave_menu(menu) {
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  }

  document.addEventListener("click", (event) => {
    close_menus(event.target);
    handle_dialog_click(event);
    const copy = event.target.closest("[data-copy]");
    if (copy) copy_text(copy);
    if (event.target.closest("[data-nav-toggle]")) set_drawer(!is_drawer_open());
    else if (event.target.closest("[data-nav-close]")) set_drawer(false);
    event.target.closest("[data-toast-close]")?.closest(".toast-note").remove();
    const reveal = event.target.closest("[data-show-password]");
    if (reveal) show_password(reveal);
  });

  function show_password(button) {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    const is_shown = field.type === "password";
    field.type = is_shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(is_shown));
  }

  document.addEventListener("keydown", (event) => {
    // In a dialog it closes that alone, and the focus goes back into the menu that opened it.
    if (event.key !== "Escape" || document.querySelector("dialog:modal")) return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) leave_menu(menu);
    else if (is_drawer_open()) set_drawer(false);
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  /* Relative times; the server's absolute time stays as the tooltip. */
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];

  function describe_time(moment, words) {
    const seconds = (moment - Date.now()) / 1000;
    const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) || ["minute", 60];
    return words.format(Math.trunc(seconds / size), unit);
  }

  function write_times(scope) {
    const words = new Intl.RelativeTimeFormat(root.lang || "zh-Hans", { numeric: "always", style: "short" });
    for (const time of scope.querySelectorAll("time[data-relative]")) {
      const moment = Date.parse(time.dateTime);
      if (Number.isNaN(moment)) continue;
      time.title ||= time.textContent.trim();
      time.textContent = Math.abs(moment - Date.now()) < 60000 ? word("textNow") : describe_time(moment, words);
    }
  }

  /* A form is sent once. The button is disabled a tick later, so that its own value is still sent. */
  function lock_form(form, submitter) {
    form.dataset.submitting = "";
    if (submitter) {
      setTimeout(() => {
        submitter.disabled = true;
        submitter.dataset.locked = "";
      });
    }
    if (form.hasAttribute("data-resubmit")) setTimeout(() => unlock_forms(form), 2000);
  }

  function unlock_forms(scope) {
    const forms = scope.matches?.("form") ? [scope] : [];
    for (const form of [...forms, ...scope.querySelectorAll("form[data-submitting]")]) delete form.dataset.submitting;
    for (const button of scope.querySelectorAll("[data-locked]")) {
      button.disabled = false;
      delete button.dataset.locked;
    }
  }

  /* Refused on the way down, locked on the way up: a page's own check in between may still stop it. */
  document.addEventListener("submit", (event) => {
    if (!("submitting" in event.target.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  /* A date or time that is typed by half would be sent as nothing; whatever else is wrong the server says. */
  function say_half_typed(field) {
    if (!field.parentElement.querySelector("[data-half-typed]")) {
      const words = document.getElementById("half-typed").content.firstElementChild.cloneNode(true);
      words.dataset.halfTyped = "";
      field.after(words);
      field.addEventListener("input", () => words.remove(), { once: true });
    }
    field.focus();
  }

  document.addEventListener("submit", (event) => {
    const half = [...event.target.elements].find((field) => field.validity?.badInput);
    if (!half || event.submitter?.formNoValidate) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say_half_typed(half);
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const is_htmx = form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]");
    const is_post = form.method === "post" && event.submitter?.formMethod !== "dialog";
    if (is_htmx || (is_post && !event.defaultPrevented)) lock_form(form, event.submitter);
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) unlock_forms(document);
  });

  /* Irreversible buttons are held, with the finger, the mouse or Enter / Space. */
  let holding = null;

  function start_hold(button) {
    if (holding || button.disabled) return;
    button.classList.add("is-held");
    holding = setTimeout(() => {
      stop_hold();
      button.form.requestSubmit(button);
    }, 900);
  }

  function stop_hold() {
    clearTimeout(holding);
    holding = null;
    document.querySelector(".is-held")?.classList.remove("is-held");
  }

  const held_button = (event) => event.target.closest?.("[data-hold]");
  const is_press_key = (event) => event.key === "Enter" || event.key === " ";
  document.addEventListener("pointerdown", (event) => held_button(event) && start_hold(held_button(event)));
  document.addEventListener("keydown", (event) => {
    if (held_button(event) && is_press_key(event)) {
      event.preventDefault();
      start_hold(held_button(event));
    }
  });
  for (const name of ["pointerup", "pointercancel", "keyup", "blur"]) window.addEventListener(name, stop_hold);
  document.addEventListener("click", (event) => held_button(event) && event.preventDefault());

  /* htmx: the CSRF header, the busy bar, and the server's own sentence when it refuses. */
  let busy_timer = null;

  function set_busy(is_busy) {
    clearTimeout(busy_timer);
    if (is_busy) busy_timer = setTimeout(() => root.setAttribute("data-busy", ""), 200);
    else root.removeAttribute("data-busy");
  }

  function read_refusal(request) {
    const kind = request.getResponseHeader("Content-Type") || "";
    if (kind.includes("json")) {
      try {
        return JSON.parse(request.responseText).message || word("textFailed");
      } catch {
        return word("textFailed");
      }
    }
    return kind.startsWith("text/plain") && request.responseText ? request.responseText : word("textFailed");
  }

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });
  /* What a live part asks by itself is nobody's press. */
  const is_by_itself = (event) => event.detail.elt?.dataset?.live !== undefined;

  document.addEventListener("htmx:beforeRequest", (event) => is_by_itself(event) || set_busy(true));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (is_by_itself(event)) return;
    set_busy(false);
    unlock_forms(event.target.closest?.("form") || document);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    write_times(event.target);
    open_dialog(event.target.querySelector("dialog[data-dialog-auto]"));
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (!is_by_itself(event)) show_toast(read_refusal(event.detail.xhr), "error");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => is_by_itself(event) || show_toast(word("textOffline"), "error"));
  }

  /* A page that comes back with a wrong field shows it, however far below it lies. */
  function show_wrong_field() {
    const first = (what) => [...document.querySelectorAll(`main ${what}`)].find((found) => !found.closest("dialog"));
    const field = first("[aria-invalid=true]");
    field?.focus({ preventScroll: true });
    (field || first(".field-error"))?.scrollIntoView({ block: "center" });
  }

  /* The strip that says what does not work without scripts goes, and comes back with each that does not come. */
  const strip = document.getElementById("no-scripts");
  if (strip) {
    strip.hidden = "htmx" in window;
    document.addEventListener("error", ({ target }) => {
      if (target.matches?.("script")) strip.hidden = false;
    }, true);
  }

  /* The chosen tab is in sight where there are more tabs than fit the screen. */
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const tabs = tab.parentElement;
    tabs.scrollLeft = tab.getBoundingClientRect().right - tabs.getBoundingClientRect().right + 48;
  }

  show_wrong_field();
  for (const dialog of document.querySelectorAll("dialog[data-dialog-auto]")) open_dialog(dialog);
  for (const toast of document.querySelectorAll("#toasts .toast-note")) leave_later(toast);
  write_times(document);
  setInterval(() => write_times(document), 30000);
})();
