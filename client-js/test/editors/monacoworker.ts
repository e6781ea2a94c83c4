// What Monaco runs beside the page. No page by itself.
import "monaco-editor/editor/editor.worker.js";
