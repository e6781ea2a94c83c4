import { conform } from "./suite.ts";

conform({ editor: "codemirror", type: "text" });
