// The GraphiQL page: settings come from the element's attributes, so the page needs no inline script.
import React, { useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL } from "graphiql";
import "@graphiql/react/dist/style.css";
import "graphiql/src/style.css";
import "./page.css";

const ANSWER_TYPES = "application/graphql-response+json, application/json";
const WAIT_MS = 30_000;

const NEAREST = `# Who can help near Brownsville,
# in Spanish, with an asylum case?
#
# Ctrl-Enter asks. Ctrl-Space suggests.
# Never type a person's name here.

query Nearest {
  providers(
    filter: {
      near: { text: "Brownsville TX" }
      radiusKm: 400
      languages: ["es"]
      helpTypes: [LEGAL_ASYLUM]
    }
    first: 5
  ) {
    totalCount
    edges {
      distanceKm
      node {
        name
        openness
        languages {
          tag
          mode
        }
      }
    }
  }
}
`;

// Phones and laptops are shared, so nothing may reach the disk.
function forgetfulStorage() {
  const entries = new Map();
  return {
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
    clear: () => entries.clear(),
    get length() {
      return entries.size;
    },
  };
}

function settingsOf(element) {
  const { endpoint = "/graphql", audience = "Public", endpoints, query } = element.dataset;
  const doors = endpoints ? JSON.parse(endpoints) : [[audience, endpoint]];
  return { endpoint, doors, query: query || NEAREST };
}

async function answerOf(response) {
  const words = await response.text();
  try {
    return JSON.parse(words);
  } catch {
    throw new Error(`The server answered ${response.status} ${response.statusText}, and not in JSON.`);
  }
}

function requestOf(question, typedHeaders) {
  const headers = new Headers(typedHeaders);
  if (!headers.has("accept")) headers.set("accept", ANSWER_TYPES);
  headers.set("content-type", "application/json");
  const body = JSON.stringify(question);
  return { method: "POST", headers, body, credentials: "same-origin", signal: AbortSignal.timeout(WAIT_MS) };
}

// A failure is returned, not thrown: GraphiQL prints the stack of whatever is thrown.
function askAt(endpoint) {
  return async (question, { headers } = {}) => {
    try {
      return await answerOf(await fetch(endpoint, requestOf(question, headers ?? {})));
    } catch (failure) {
      return { errors: [{ message: failure.message }] };
    }
  };
}

function Explorer({ endpoint, query, opensHeaders }) {
  const fetcher = useMemo(() => askAt(endpoint), [endpoint]);
  const storage = useMemo(forgetfulStorage, [endpoint]);
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      defaultQuery={query}
      defaultEditorToolsVisibility={opensHeaders ? "headers" : false}
      isHeadersEditorEnabled
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

function DoorSwitch({ doors, endpoint, choose }) {
  return (
    <label>
      Ask as{" "}
      <select value={endpoint} onChange={(event) => choose(event.target.value)}>
        {doors.map(([label, path]) => (
          <option key={path} value={path}>
            {label} ({path})
          </option>
        ))}
      </select>
    </label>
  );
}

// Changing door starts afresh (`key`): a key typed for one door is never sent to another.
function Page({ settings }) {
  const [endpoint, choose] = useState(settings.endpoint);
  const label = settings.doors.find(([, path]) => path === endpoint)?.[0] ?? "";
  const takesKey = label.toLowerCase() === "partner";
  return (
    <>
      <header>
        <h1>GraphQL explorer</h1>
        {settings.doors.length > 1 && <DoorSwitch doors={settings.doors} endpoint={endpoint} choose={choose} />}
        <p>
          {takesKey && 'Put {"Authorization": "Bearer your-key"} under Headers, then press Re-fetch. '}
          Nothing typed here is kept: close the page and it is gone.
        </p>
      </header>
      <main>
        <Explorer key={endpoint} endpoint={endpoint} query={settings.query} opensHeaders={takesKey} />
      </main>
    </>
  );
}

// CodeMirror's text areas come without a name, so a screen reader would say only "edit text".
const EDITOR_NAMES = [
  [".graphiql-query-editor textarea", "Query"],
  [".graphiql-editor-tool .graphiql-editor:nth-child(1) textarea", "Variables"],
  [".graphiql-editor-tool .graphiql-editor:nth-child(2) textarea", "Headers"],
  [".result-window textarea", "Answer"],
];

function nameEditors() {
  for (const [selector, name] of EDITOR_NAMES) {
    document.querySelector(`${selector}:not([aria-label])`)?.setAttribute("aria-label", name);
  }
}

// CodeMirror turns Tab into an indent, which traps anyone without a mouse. Tab still picks an open suggestion.
function letTabLeave(event) {
  const picksSuggestion = document.querySelector(".CodeMirror-hints");
  if (event.key === "Tab" && !picksSuggestion && event.target.closest(".CodeMirror")) event.stopPropagation();
}

const element = document.getElementById("graphiql");
new MutationObserver(nameEditors).observe(element, { childList: true, subtree: true });
element.addEventListener("keydown", letTabLeave, { capture: true });
createRoot(element).render(<Page settings={settingsOf(element)} />);
