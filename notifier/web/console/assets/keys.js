// One key for each thing that can be done: whatever has data-key="x" is clicked, a field is gone into.
// Keys do nothing while somebody types or holds Ctrl, Alt or the like.
(() => {
  const typing = (at) => at.closest("input, textarea, select, [contenteditable]");
  const close = () => {
    document.querySelectorAll("details[open]").forEach((one) => (one.open = false));
    document.activeElement?.blur();
  };
  const press = (key) => {
    if (key === "?") {
      const list = document.getElementById("keys");
      if (list) list.open = !list.open;
      return Boolean(list);
    }
    const shown = (one) => one.offsetParent !== null;
    const found = [...document.querySelectorAll(`[data-key~="${CSS.escape(key)}"]`)].find(shown);
    if (!found) return false;
    if (found.matches("textarea, input")) {
      found.focus();
      found.scrollIntoView({ block: "center" });
      return true;
    }
    found.click();
    // What asks once more is answered by Enter.
    const asks = found.parentElement;
    if (found.matches("summary") && asks.open) asks.querySelector("button, input:not([type=hidden])")?.focus();
    return true;
  };
  // How long what is typed is, where that is said below it.
  const count = () => {
    const told = document.querySelector("[data-counts]");
    if (told) told.textContent = ` You have ${[...document.getElementById(told.dataset.counts).value].length}.`;
  };
  addEventListener("input", count);
  addEventListener("htmx:after:swap", count);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (event.key.length !== 1 || typing(event.target)) return;
    if (press(event.key)) event.preventDefault();
  });
})();
