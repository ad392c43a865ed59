/* Paying on the spot: [data-native] is the part of the card that shows the code. Asked for by its button, it is looked at every two
   seconds until it is paid; "native-paid" on the document then tells the page; the card is shown anew, and so it is when the order
   waits here no more. */

const EVERY_MS = 2000;
const GONE = new Set([404, 409]);

async function fetch_part(address, options = {}) {
  const headers = { "X-Part": "native" };
  const answer = await fetch(address, { ...options, headers, credentials: "same-origin" });
  if (GONE.has(answer.status)) location.reload();
  return answer.ok && answer.status !== 204 ? answer.text() : "";
}

function replace(part, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-native]");
  if (!fresh) throw new Error("no part");
  part.replaceWith(fresh);
  if (!("nativePoll" in fresh.dataset)) document.dispatchEvent(new CustomEvent("native-paid"));
}

document.addEventListener("native-paid", () => {
  if (document.getElementById("handout")) location.reload();
});

async function look() {
  const part = document.querySelector("[data-native-poll]");
  try {
    const text = part && !document.hidden ? await fetch_part(part.dataset.nativePoll) : "";
    if (text && part.isConnected) replace(part, text);
  } catch {
    // No network at this moment: the next look tells.
  }
  setTimeout(look, EVERY_MS);
}

document.addEventListener("submit", async (event) => {
  const part = event.target.closest("[data-native]");
  if (!part) return;
  event.preventDefault();
  const button = event.submitter;
  if (button) button.disabled = true;
  try {
    replace(part, await fetch_part(part.action, { method: "POST", body: new FormData(part) }));
  } catch {
    if (button) button.disabled = false;
  }
});

setTimeout(look, EVERY_MS);
