import { Rest } from "coscribe/rest";
import { token } from "./token.ts";

/** The REST API of the page's own server, as whoever has given this tab a token. */
export const rest = new Rest("/", { token: () => token() ?? "" });
