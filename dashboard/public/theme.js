// Before the first paint, so that a dark page never flashes white. A file, because the CSP lets no inline script run.
try {
  const theme = localStorage.getItem("theme")
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
} catch {
  // Storage may be forbidden; then the system's choice holds.
}
