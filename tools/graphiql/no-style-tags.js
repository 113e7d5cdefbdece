// Stands in for react-style-singleton, which adds <style> elements that a strict style-src would block.
// They only lock page scrolling behind a menu, and this page does not scroll.
export const styleSingleton = () => () => null;
export const styleHookSingleton = () => () => undefined;
export const stylesheetSingleton = () => ({ add() {}, remove() {} });
