// The template editor: what is typed is saved, and its faults and preview come back from the server.
(() => {
  const form = document.getElementById("wording"), live = document.getElementById("live");
  if (!form || !live || !window.CM) return;
  const { EditorView, EditorState, basicSetup, autocompletion, lintGutter, setDiagnostics, jinja, markdown, tooltips,
    syntaxHighlighting, classHighlighter } = CM;
  const readonly = "readonly" in form.dataset, views = new Map();
  const nonce = document.querySelector("meta[name=style-nonce]").content;
  const inserts = [...document.querySelectorAll("[data-snippet]")];
  let last = null;

  // Names as they are written: item.name stands for items[].name.
  const bare = (text) => text.replace(/^\{\{\s*|\s*\}\}$/g, "");
  const known = new Map(inserts.map((one) => {
    const { path, inside, said } = one.dataset;
    return [path.includes("[]") && /^\{\{ [\w.]+ \}\}$/.test(inside) ? bare(inside) : path, said];
  }));

  function options(prefix) {
    const found = new Map();
    for (const [name, said] of known) {
      if (!name.startsWith(prefix)) continue;
      const label = name.slice(prefix.length).split(".")[0];
      if (!found.has(label)) found.set(label, { label, type: "variable", info: known.get(prefix + label) || said });
    }
    return [...found.values()];
  }

  const language = (part) => jinja({
    variables: options(""),
    properties: (path) => options(path.join(".") + "."),
    ...(part === "email.md" ? { base: markdown() } : {}),
  });

  function open(area) {
    const part = area.dataset.part, label = form.querySelector(`label[for=${area.id}]`);
    label.id = `l-${area.id}`;
    const view = new EditorView({
      doc: area.value,
      extensions: [
        EditorView.cspNonce.of(nonce),
        syntaxHighlighting(classHighlighter), basicSetup, language(part), lintGutter(), autocompletion(), tooltips({ position: "absolute" }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-labelledby": label.id, lang: area.lang, spellcheck: "true", tabindex: "0" }),
        EditorState.readOnly.of(readonly),
        EditorView.updateListener.of((update) => {
          if (update.focusChanged && update.view.hasFocus) last = view;
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          typed += 1;
          soon();
        }),
      ],
    });
    area.hidden = true;
    area.after(view.dom);
    label.addEventListener("click", () => view.focus());
    views.set(part, view);
    last = last || view;
  }

  // Faults at their lines.
  function mark() {
    const found = [...live.querySelectorAll("[data-fault]")].map((one) => one.dataset);
    for (const [part, view] of views) {
      const doc = view.state.doc, told = [];
      for (const one of found.filter((fault) => fault.part === part)) {
        const line = doc.line(Math.min(Math.max(Number(one.line), 1), doc.lines));
        const from = Math.min(line.from + Math.max(Number(one.column) - 1, 0), line.to);
        const word = /^[\w.]+|^./.exec(doc.sliceString(from, line.to));
        const to = one.column === "0" || !word ? line.to : from + word[0].length;
        told.push({ from: one.column === "0" ? line.from : from, to, severity: one.severity, message: one.message });
      }
      view.dispatch(setDiagnostics(view.state, told));
    }
  }

  // One request at a time: what is typed meanwhile goes with the next one. Both count changes: typed, and saved.
  let timer = 0, going = null, typed = "unsaved" in form.dataset ? 1 : 0, kept = 0;
  const soon = (after = 500) => { clearTimeout(timer); timer = setTimeout(send, after); };

  // Save what is typed; says whether all of it is saved.
  async function send() {
    clearTimeout(timer);
    while (going) await going;
    if (kept === typed) return true;
    going = post();
    try { await going; } finally { going = null; }
    return kept === typed;
  }

  async function post() {
    const upTo = typed;
    live.setAttribute("aria-busy", "true");
    try {
      const headers = { "hx-request": "true", "hx-current-url": location.href };
      const answer = await fetch(form.dataset.typed, { method: "POST", body: new FormData(form), headers });
      const to = answer.headers.get("hx-redirect"), saved = answer.headers.get("draft-revision");
      if (to) { location.assign(to); return; }
      if (saved !== null) {
        kept = upTo;
        for (const field of document.querySelectorAll("input[name=revision]")) field.value = saved;
        form.elements.base.value = answer.headers.get("draft-base");
      }
      const html = await answer.text();
      if (answer.ok && html) show(html);
      else if (!answer.ok) tell(html);
    } catch {
      tell('<div class="alert alert-danger" role="alert">Not saved: the console does not answer. What you typed is still here.</div>');
      soon(5000);
    } finally {
      live.removeAttribute("aria-busy");
    }
  }

  function tell(html) {
    const told = document.createElement("div");
    told.dataset.told = "";
    told.innerHTML = html;
    live.querySelector(":scope > [data-told]")?.remove();
    live.prepend(told);
  }

  // In a conflict there is no next: what can be done stays that of the draft which was seen.
  function show(html) {
    live.innerHTML = html;
    document.getElementById("refused")?.remove();
    const next = live.querySelector("[data-then]"), then = document.getElementById("then");
    if (next && next.dataset.then !== then.dataset.state) {
      then.innerHTML = next.innerHTML;
      then.dataset.state = next.dataset.then;
    }
    mark();
  }

  function insert(button) {
    const view = last, { path, inside, snippet } = button.dataset, at = view.state.selection.main;
    const before = view.state.sliceDoc(0, at.from), list = path.split("[]")[0];
    const opened = before.split(new RegExp(`\\{%-?\\s*for\\s+\\w+\\s+in\\s+${list.replace(".", "\\.")}\\b`)).length - 1;
    const closed = before.slice(Math.max(before.lastIndexOf(` in ${list}`), 0)).includes("endfor");
    const text = inside && opened && !closed ? inside : snippet;
    view.dispatch({ changes: { from: at.from, to: at.to, insert: text }, selection: { anchor: at.from + text.length } });
    view.focus();
  }

  for (const area of form.querySelectorAll("textarea[data-part]")) open(area);
  for (const one of inserts) one.hidden = false;
  const save = document.getElementById("save");
  if (save) save.hidden = true;
  mark();

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-snippet],[data-goto],[data-over]");
    if (!button) return;
    if ("snippet" in button.dataset) insert(button);
    else if ("over" in button.dataset) {
      event.preventDefault();
      form.elements.revision.value = button.value;
      send();
    }
    else {
      const fault = button.closest("[data-fault]").dataset, view = views.get(fault.part);
      const line = view.state.doc.line(Math.min(Math.max(Number(fault.line), 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: line.from + Math.max(Number(fault.column) - 1, 0) }, scrollIntoView: true });
      view.focus();
    }
  });
  // A deed is about what was saved: what is still being typed goes first, and may change what can be done.
  const leadsTo = (button) => button?.getAttribute("formaction") || button?.form?.getAttribute("action");
  addEventListener("submit", async (event) => {
    const action = leadsTo(event.submitter), value = event.submitter?.value;
    if (event.target.method !== "post" || !action) return;
    if (kept === typed) {
      // What would be typed from now on would be lost with the page. A page that is not left is let go again.
      form.inert = true;
      setTimeout(() => { form.inert = false; }, 20000);
      return;
    }
    event.preventDefault();
    if (!await send()) { live.scrollIntoView(); return; }
    const there = [...document.querySelectorAll("button")].find((one) => leadsTo(one) === action && one.value === value);
    if (there) there.form.requestSubmit(there);
    else tell('<div class="alert alert-warning" role="alert">Saved, and nothing else done: the draft has changed. See below what can be done with it now.</div>');
  });
  addEventListener("beforeunload", (event) => { if (kept !== typed) event.preventDefault(); });
})();
