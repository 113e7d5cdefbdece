"use strict";
// Without a script the form works all the same. With it: a way out by keyboard, a warning before the end, one sending.

const { holds } = document.currentScript.dataset; // "answers", "code", or nothing of a draft; undefined on a first page
const guards = holds !== undefined;
const at = `/${document.documentElement.lang}`;
const SECOND = 1000;
const ENDS = 30 * 60; // seconds, as the server counts them for a draft
const WARNED = 5 * 60; // before that
const box = document.createElement("dialog");
const [title, soon, left, said, stay] = ["h2", "p", "p", "p", "button"].map(name => document.createElement(name));
let since = Date.now();
let presses = [];
let heard = true; // that somebody closed the box
let asking = false; // whether the page may stay: until that is known the box stays closed
let words; // of the box, once they are needed

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

function show() {
  heard = false;
  box.showModal();
}

// Somebody is there. Without an answer the box comes up again.
async function goOn() {
  if (heard) return;
  heard = asking = true;
  said.textContent = "";
  const stays = holds ? await ask() : true;
  asking = false;
  if (stays === false) return go(`${at}/ended`);
  if (!stays) return;
  since = Date.now();
  box.close();
}

async function warn() {
  if (words) return words.q && show();
  words = {};
  try {
    words = await (await fetch(`${at}/help/stay`)).json();
  } catch {
    words = undefined; // asked again in a second
    return;
  }
  Object.assign(box, { id: "idle", lang: words.lang, dir: words.dir, ariaLabel: words.q });
  [title, soon, stay].forEach((one, place) => (one.textContent = [words.q, words.soon, words.stay][place]));
  left.ariaHidden = "true";
  said.className = "unseen";
  said.setAttribute("role", "status");
  stay.addEventListener("click", () => {
    box.close();
    goOn();
  });
  box.append(title, soon, left, said, stay);
  document.body.append(box);
  show();
}

// The clock is read each time: a phone that slept has not counted. What is nowhere but here goes after a warning only.
function tick() {
  const rest = ENDS - Math.floor((Date.now() - since) / SECOND);
  if (rest <= 0 && (holds || box.open)) return go(`${at}/ended`);
  if (asking || rest > WARNED) return;
  left.textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
  if (box.open) said.textContent ||= words.left;
  else warn();
}
const ticking = guards && setInterval(tick, SECOND);

// By Escape, or by the gesture of a phone. Browsers tell of it some time after.
box.addEventListener("close", goOn);

// Not Escape: it stops a page that loads, and closes dialogs.
addEventListener("keydown", key => {
  if (key.repeat || !guards) return;
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
  if (!shown.persisted || !guards) return;
  document.documentElement.hidden = true;
  if (!(await ask())) return go(`${at}/ended`);
  since = Date.now();
  document.documentElement.hidden = false;
});

for (const one of document.querySelectorAll("[data-scripted]")) one.hidden = false;
