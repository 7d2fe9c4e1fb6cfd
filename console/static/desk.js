// Refreshes what moves; without it everything works by reloading.
"use strict";

const QUEUE_MS = 10_000;
const PART_MS = 3_000;
const NEAR_PX = 80;
const title = document.title;

function reveal(id, shown = true) {
  const place = document.getElementById(id);
  if (place) place.hidden = !shown;
}

// Returns the parsed answer, or null after saying why there is none.
async function fetchPart(address) {
  const response = await fetch(address, { cache: "no-store" });
  if (response.status === 401) {
    reveal("over");
    return null;
  }
  return response.ok ? parse(await response.text()) : null;
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

function countWaiting() {
  const table = document.querySelector("[data-waiting]");
  const count = table ? table.dataset.waiting : "";
  document.title = count ? `(${count}) ${title}` : title;
  const badge = document.querySelector("[data-count=queue]");
  if (badge) {
    badge.textContent = count;
    badge.hidden = !count;
  }
}

function watchQueue(queue) {
  countWaiting();
  const timer = setInterval(async () => {
    if (document.hidden || queue.contains(document.activeElement)) return;
    const fresh = await fetchPart(queue.dataset.fresh).catch(() => null);
    if (!document.getElementById("over").hidden) clearInterval(timer);
    if (!fresh || sameText(queue, fresh.body)) return;
    queue.replaceChildren(...fresh.body.children);
    countWaiting();
  }, QUEUE_MS);
}

// Renews a part that only shows numbers, for as long as it names where they are.
function watchPart(part) {
  const timer = setInterval(async () => {
    if (document.hidden) return;
    const fresh = await fetchPart(part.dataset.fresh).catch(() => null);
    if (!document.getElementById("over").hidden) clearInterval(timer);
    if (fresh && !sameText(part, fresh.body)) part.replaceChildren(...fresh.body.childNodes);
  }, PART_MS);
}

function sameText(one, other) {
  return one.innerHTML.trim() === other.innerHTML.trim();
}

function scrollDown(chat) {
  chat.scrollTo({ top: chat.scrollHeight, behavior: "instant" });
}

// Adds what is new and renews what has changed, so that a screen reader speaks new lines only.
function mergeChat(fresh) {
  const chat = document.getElementById("chat");
  const isNear = chat.scrollHeight - chat.scrollTop - chat.clientHeight < NEAR_PX;
  chat.querySelector(".empty")?.remove();
  let isLonger = false;
  for (const line of fresh.querySelectorAll("#chat > li")) {
    const known = line.id && document.getElementById(line.id);
    if (!known) {
      chat.append(line);
      isLonger = true;
    } else if (known.outerHTML !== line.outerHTML) {
      known.replaceWith(line);
    }
  }
  if (isLonger && isNear) scrollDown(chat);
}

function mergeCase(fresh) {
  mergeChat(fresh);
  for (const id of ["alerts", "check-ins"]) {
    const shown = document.getElementById(id);
    const newer = fresh.getElementById(id);
    if (shown && newer && !sameText(shown, newer) && !shown.contains(document.activeElement)) shown.replaceWith(newer);
  }
}

function watchCase(live) {
  scrollDown(document.getElementById("chat"));
  const refresh = async () => {
    const fresh = await fetchPart(live.dataset.chat).catch(() => null);
    if (fresh) mergeCase(fresh);
  };
  const events = new EventSource(live.dataset.events);
  events.addEventListener("changed", refresh);
  events.addEventListener("over", () => {
    events.close();
    reveal("over");
  });
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) refresh();
  });
}

async function sendReply(form) {
  const box = form.elements.namedItem("text");
  const button = form.querySelector("button");
  button.disabled = true;
  reveal("unsent", false);
  try {
    const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (response.status === 401) return reveal("over");
    const page = parse(await response.text());
    const next = page.querySelector("#reply [name=once]");
    if (!response.ok || !next) return reveal("unsent");
    // A case that was closed is open again, with all that can be done for it.
    if (!document.getElementById("steps")) return location.assign(live.dataset.again);
    mergeCase(page);
    scrollDown(document.getElementById("chat"));
    form.elements.namedItem("once").value = next.value;
    box.value = "";
    box.focus();
  } catch {
    reveal("unsent");
  } finally {
    button.disabled = false;
  }
}

function takeReplies(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.querySelector("button").disabled) sendReply(form);
  });
  form.elements.namedItem("text").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// A form that leads to another page is sent once, however often its button is pressed.
function sendOnce(event) {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
}

const queue = document.getElementById("queue");
const live = document.getElementById("live");
const reply = document.getElementById("reply");
const progress = document.getElementById("progress");
if (queue) watchQueue(queue);
if (progress && progress.dataset.fresh) watchPart(progress);
if (live) watchCase(live);
if (reply) takeReplies(reply);
document.addEventListener("submit", sendOnce);
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
