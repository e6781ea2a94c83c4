import { conform } from "./suite.ts";

conform({ editor: "textarea", type: "text" });
