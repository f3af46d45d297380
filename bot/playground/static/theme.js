// Sets a remembered theme before the first paint; a classic script so that nothing flashes.
(() => {
  try {
    const theme = localStorage.getItem("playground.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's preference stands.
  }
})();
