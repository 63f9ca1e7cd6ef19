// What the template editor uses of CodeMirror, as one file with one global name, CM.
export { basicSetup } from "codemirror";
export { EditorView, keymap, tooltips } from "@codemirror/view";
export { EditorState, Compartment } from "@codemirror/state";
export { autocompletion } from "@codemirror/autocomplete";
export { lintGutter, setDiagnostics, forceLinting } from "@codemirror/lint";
export { jinja } from "@codemirror/lang-jinja";
export { markdown } from "@codemirror/lang-markdown";
export { syntaxHighlighting } from "@codemirror/language";
export { classHighlighter } from "@lezer/highlight";
