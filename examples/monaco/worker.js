// What Monaco runs beside the page.
import "monaco-editor/editor/editor.worker.js";
