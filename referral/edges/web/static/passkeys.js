"use strict";
// Passkeys on the pages of staff: a button asks us for a riddle, the browser's passkey answers it, we are told.

const bytes = text =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), sign => sign.charCodeAt(0));
const text = buffer =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const typed = name => document.getElementById(name)?.value.trim() ?? "";

async function ask(path, said) {
  const answer = await fetch(path + location.search, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(said),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.fields?.[0]?.message ?? told.detail);
  return told;
}

async function made(options) {
  const key = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: (options.excludeCredentials ?? []).map(one => ({ ...one, id: bytes(one.id) })),
    },
  });
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    response: {
      clientDataJSON: text(key.response.clientDataJSON),
      attestationObject: text(key.response.attestationObject),
    },
  };
}

async function shown(options) {
  const key = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: [] },
  });
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    response: {
      clientDataJSON: text(key.response.clientDataJSON),
      authenticatorData: text(key.response.authenticatorData),
      signature: text(key.response.signature),
      userHandle: key.response.userHandle ? text(key.response.userHandle) : null,
    },
  };
}

const acts = {
  "sign-in": async () => ask("/staff/passkey", { credential: await shown(await ask("/staff/passkey/options", {})) }),
  enrol: async () => {
    const code = typed("code");
    const credential = await made(await ask("/staff/enrol/options", { code }));
    return ask("/staff/enrol/passkey", { code, credential, name: typed("name") });
  },
  add: async () => {
    const credential = await made(await ask("/staff/account/passkey/options", {}));
    return ask("/staff/account/passkey", { credential, name: typed("name") });
  },
};

const refused = document.getElementById("refused");
const say = sentence => {
  refused.textContent = sentence;
  refused.hidden = false;
};

// Where the browser has no passkeys for this address, a way to where it has, in the place of the button.
function toldWhere(button) {
  const there = new URL(location.href);
  if (/^127\./.test(there.hostname)) there.hostname = "localhost";
  const [before, after] = button.dataset.cannot.split("{}");
  const way = document.createElement("a");
  way.href = there.href;
  way.textContent = there.origin;
  const told = document.createElement("p");
  told.className = "quiet";
  told.append(before, way, after);
  return told;
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!window.isSecureContext || !window.PublicKeyCredential || /^[\d.]+$|:/.test(location.hostname)) {
    button.replaceWith(toldWhere(button));
    continue;
  }
  button.disabled = false;
  button.addEventListener("click", async () => {
    refused.hidden = true;
    button.disabled = true;
    try {
      const told = await acts[button.dataset.passkey]();
      location.assign(told.next);
    } catch (trouble) {
      const isOurs = trouble.constructor === Error && trouble.message;
      say(isOurs && button.dataset.language === "en" ? trouble.message : button.dataset.wrong);
      button.disabled = false;
    }
  });
}
