// Applies the chosen brightness before anything is painted. Loaded as a classic script in the head.
(() => {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage is closed: the system's own setting holds.
  }
})();
