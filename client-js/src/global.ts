/** The whole package as one global, `coscribe`, for a page without a bundler. */
export { bindMonaco } from "./bindings/monaco.ts";
export { bindQuill } from "./bindings/quill.ts";
export { bindTextarea } from "./bindings/textarea.ts";
export * from "./index.ts";
export { Journal } from "./journal/index.ts";
