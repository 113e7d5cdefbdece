// What markup may the explorer make of text? Any in which nothing can run; and no code, and no address of code.
if (window.trustedTypes) {
  const running = /<\s*(script|iframe|object|embed|base|meta|link|form)\b|[\s/"']on[a-z]+\s*=|javascript:|srcdoc/i;
  const refuse = (what) => {
    throw new TypeError(`${what} was refused`);
  };
  window.trustedTypes.createPolicy("default", {
    createHTML: (text) => (running.test(text) ? refuse("markup that runs") : text),
    createScript: () => refuse("code"),
    createScriptURL: () => refuse("an address of code"),
  });
}
