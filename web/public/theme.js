// Before the first paint: whoever chose a theme must not see a flash of the other one.
try {
  const theme = globalThis.localStorage.getItem('messendger.theme');
  if (theme === 'light' || theme === 'dark') globalThis.document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's preference it is.
}
