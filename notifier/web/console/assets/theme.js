// Light or dark: as the system says, or as the button said last on this browser.
(() => {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const show = () => root.setAttribute("data-bs-theme", localStorage.getItem("theme") || (dark.matches ? "dark" : "light"));
  show();
  dark.addEventListener("change", show);
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      localStorage.setItem("theme", root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark");
      show();
    });
  });
})();
