import { conform } from "./suite.ts";

conform({ editor: "quill", type: "rich-text", bold: true });
