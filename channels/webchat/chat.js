"use strict";
(() => {
  const AWAY = "/chat/away", KEPT = "catatan", ESCAPES_MS = 1000, RETRY_MS = 15000;
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const talk = find("talk"), text = find("text"), log = find("log");
  const title = document.title;
  let brought = {}, busy = false, source = null, stale = false, escaped = 0;

  // Until consent there is no cookie: the address survives a reload in this tab only.
  function keep(value) {
    try {
      if (value) sessionStorage.setItem(KEPT, value);
      else sessionStorage.removeItem(KEPT);
    } catch { /* storage is switched off */ }
  }

  function kept() {
    try { return sessionStorage.getItem(KEPT); } catch { return null; }
  }

  function say(words) {
    find("status").textContent = words;
  }

  async function request(path, body) {
    const asked = { headers: { "X-Part": "log" }, credentials: "same-origin", cache: "no-store" };
    return fetch(path, body ? { ...asked, method: "POST", body } : asked);
  }

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");

  // Where too many begin at once, whoever does lets the device work, or waits where it cannot.
  async function post(data) {
    for (let tries = 0; ; tries++) {
      const answer = await request("/chat", new URLSearchParams([...data, ...Object.entries(brought)]));
      if (answer.status !== 429) return answer;
      const page = parse(await answer.text()), entrance = page.getElementById("entrance");
      if (!entrance || tries > 1) throw page.querySelector(".notice").textContent;
      say(entrance.dataset.words);
      brought = { asked: entrance.elements.asked.value, asked_mark: entrance.elements.asked_mark.value };
      brought.solution = await work(entrance.dataset);
    }
  }

  function work({ work: path, seed, bits, pieces, patience }) {
    return new Promise((resolve) => {
      let worker = null;
      const end = (solution) => {
        if (worker) worker.terminate();
        resolve(solution);
      };
      setTimeout(end, patience * 1000 + 1000, "");
      try {
        worker = new Worker(path);
        worker.onmessage = ({ data }) => end(data);
        worker.postMessage({ seed, bits: +bits, pieces: +pieces });
      } catch { /* patience does as well */ }
    });
  }

  async function send(button, place) {
    if (busy) return;
    const data = new FormData(talk);
    if (button.name) {
      data.delete("text");
      data.set(button.name, place || button.value);
    } else if (!text.value.trim()) {
      return text.focus();
    }
    busy = true;
    document.body.classList.add("waiting");
    say("");
    hush();
    try {
      const answer = await post(data);
      if (answer.ok) {
        brought = {};
        say("");
        if (!button.name) text.value = "";
        show(await answer.text());
      } else {
        say(answer.status === 413 ? talk.dataset.tooLong : talk.dataset.notSent);
        listen();
      }
    } catch (refused) {
      say(typeof refused === "string" ? refused : talk.dataset.notSent);
      listen();
    }
    busy = false;
    document.body.classList.remove("waiting");
  }

  function show(html) {
    const fresh = parse(html);
    const focused = document.activeElement;
    merge([...log.children], [...fresh.getElementById("log").children]);
    for (const id of ["alarm", "exit", "company", "keys", "extra", "fields", "label", "send"]) {
      const old = find(id), next = fresh.getElementById(id);
      if (old.outerHTML !== next.outerHTML) old.replaceWith(next);
    }
    document.querySelectorAll(".notice").forEach((notice) => notice.remove());
    text.placeholder = fresh.getElementById("text").placeholder;
    root.lang = fresh.documentElement.lang;
    offerPlace();
    remember();
    listen();
    reveal();
    if (!focused.isConnected) (find("keys").querySelector("button:not([hidden])") || log).focus({ preventScroll: true });
  }

  // Only what is new may change, so that a screen reader reads out nothing twice.
  function merge(old, next) {
    const same = (a, b) => a.className.replace(" arriving", "") === b.className && a.textContent === b.textContent;
    const newest = next.findIndex((line) => line.id);
    let gone = 0, shared = 0;
    for (; gone <= old.length; gone++) {
      shared = 0;
      while (gone + shared < old.length && shared < next.length && same(old[gone + shared], next[shared])) shared++;
      if (gone + shared >= old.length - 2) break;
    }
    old.forEach((line, place) => { if (place < gone || place >= gone + shared) line.remove(); });
    next.slice(shared).forEach((line) => { line.classList.add("arriving"); log.append(line); });
    [...log.children].forEach((line, place) => {
      if (place === newest) line.id = "newest";
      else line.removeAttribute("id");
    });
  }

  function reveal() {
    const newest = find("newest") || log.lastElementChild;
    if (newest && !("starts" in find("fields").dataset)) newest.scrollIntoView({ block: "start" });
  }

  function remember() {
    const fields = find("fields");
    const address = fields.querySelector("[name=address]"), check = fields.querySelector("[name=check]");
    if ("starts" in fields.dataset) return;
    keep(address && new URLSearchParams({ address: address.value, check: check.value }).toString());
  }

  function hush() {
    if (source) source.close();
    source = null;
  }

  function listen() {
    hush();
    const fields = find("fields");
    if (!("live" in fields.dataset) || !window.EventSource) return;
    source = new EventSource("/chat/events?after=" + fields.dataset.revision);
    source.addEventListener("moved", hear);
    source.onerror = () => { if (source && source.readyState === 2) setTimeout(hear, RETRY_MS); };
  }

  // What nobody looks at is not fetched, so that it does not count as seen.
  function hear() {
    hush();
    if (busy) return;
    stale = document.hidden;
    if (stale) document.title = "• " + title;
    else refresh();
  }

  async function refresh() {
    try {
      const answer = await request("/chat/log");
      if (answer.status === 204) location.replace("/chat");
      else if (answer.ok) show(await answer.text());
      else setTimeout(hear, RETRY_MS);
    } catch {
      setTimeout(hear, RETRY_MS);
    }
  }

  async function restore() {
    const fields = find("fields"), address = kept();
    if (!("starts" in fields.dataset) || !(address || "restore" in fields.dataset)) return;
    const answer = await request("/chat/log", address ? new URLSearchParams(address) : undefined).catch(() => null);
    if (answer && answer.status === 200) show(await answer.text());
    else if (answer && answer.status === 204) keep(null);
  }

  function offerPlace() {
    const share = document.querySelector(".share");
    if (share && navigator.geolocation) share.hidden = false;
  }

  // A hundred metres are near enough to find a kecamatan.
  function locate(button) {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => send(button, coords.latitude.toFixed(3) + "," + coords.longitude.toFixed(3)),
      () => say(talk.dataset.noPlace),
      { timeout: 15000, maximumAge: 600000 },
    );
  }

  function leave() {
    root.classList.add("gone");
    document.title = title;
    hush();
    keep(null);
    text.value = "";
    fetch("/chat/leave", { method: "POST", keepalive: true, redirect: "manual" }).catch(() => {});
    location.replace(AWAY);
  }

  document.addEventListener("submit", (event) => {
    const button = event.submitter || find("send");
    if (event.target.id === "leave") {
      event.preventDefault();
      leave();
    } else if (event.target === talk) {
      event.preventDefault();
      if (button.name === "place") locate(button);
      else send(button);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (event.timeStamp - escaped < ESCAPES_MS) leave();
      escaped = event.timeStamp;
    } else if (event.target === text && event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches) {
      event.preventDefault();
      send(find("send"));
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !stale) return;
    stale = false;
    document.title = title;
    refresh();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  offerPlace();
  remember();
  restore();
  listen();
  reveal();
})();
