"use strict";
// Without a script the form works all the same. With it: a way out by keyboard, a warning before the end, one sending.

const idle = document.getElementById("idle"); // where the page holds something
const left = idle?.querySelector("strong");
const said = idle?.querySelector("[role=status]");
const at = `/${document.documentElement.lang}`;
const { holds, ends, warns } = idle?.dataset ?? {};
const SECOND = 1000;
let since = Date.now();
let presses = [];

// Nothing of this page is seen while the next one comes, nor by whoever goes back.
function go(to) {
  clearInterval(ticking);
  document.title = "\u2026";
  document.body.replaceChildren();
  location.replace(to);
}

// Whether what this page shows may still be shown; undefined where nobody answers.
async function ask() {
  try {
    return (await fetch(`${at}/help/stay`, { method: "POST", body: new URLSearchParams({ holds }) })).ok;
  } catch {
    return undefined;
  }
}

// The clock is read each time: a phone that slept has not counted.
const ticking = idle && setInterval(() => {
  const rest = ends - Math.floor((Date.now() - since) / SECOND);
  if (rest <= 0) return go(`${at}/ended`);
  if (rest > warns) return;
  left.textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
  if (idle.open) said.textContent ||= said.dataset.said;
  else idle.showModal();
}, SECOND);

// However it was closed, somebody is there. Without an answer it comes up again.
idle?.addEventListener("close", async () => {
  said.textContent = "";
  const stays = holds ? await ask() : true;
  if (stays) since = Date.now();
  else if (stays === false) go(`${at}/ended`);
});

// Not Escape: it stops a page that loads, and closes dialogs.
addEventListener("keydown", key => {
  if (key.repeat || !idle) return;
  presses = key.key === "Shift" ? [...presses, Date.now()].slice(-3) : [];
  if (presses.length === 3 && presses[2] - presses[0] < 3 * SECOND) go(`${at}/exit`);
});

addEventListener("click", click => {
  const link = click.target.closest("a[href$='/exit']");
  if (!link) return;
  click.preventDefault();
  go(link.href);
});

// After the form has been read: what is disabled is not sent.
addEventListener("submit", ({ submitter, target }) => {
  if (!submitter || target.method !== "post") return;
  setTimeout(() => (submitter.disabled = true));
  setTimeout(() => (submitter.disabled = false), 5 * SECOND);
});

// A page out of the browser's memory, by way of Back: perhaps somebody has left since.
addEventListener("pageshow", async shown => {
  if (!shown.persisted || !idle) return;
  document.documentElement.hidden = true;
  if (!(await ask())) return go(`${at}/ended`);
  since = Date.now();
  document.documentElement.hidden = false;
});

for (const one of document.querySelectorAll("[data-scripted]")) one.hidden = false;
