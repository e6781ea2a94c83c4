import { type Code, CoscribeError, codes } from "../errors.ts";

/** An error of a REST call. */
export class RestError extends CoscribeError {
  /** The HTTP status; 0 where no answer came at all. */
  readonly status: number;
  /** Whether the same call may succeed later without anyone changing anything. */
  override readonly retryable: boolean;

  constructor(status: number, code: Code, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.status = status;
    this.retryable = status === 0 || status === 429 || status >= 500;
  }
}

/** What an answer says that is not the one that was asked for. */
export async function problem(response: Response): Promise<RestError> {
  const { status, statusText } = response;
  const { code, detail } = await response.json().catch(() => ({}));
  // Proxies and missing paths answer without a code.
  const known = codes.find((each) => each === code) ?? codeOf(status);
  return new RestError(status, known, detail ?? (statusText || `HTTP status ${status}`));
}

const codeOfStatus: Readonly<Record<number, Code>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  409: "bad_revision",
  410: "not_found",
  412: "bad_revision",
  413: "too_large",
  422: "invalid_op",
  429: "rate_limited",
  500: "internal",
};

function codeOf(status: number): Code {
  return codeOfStatus[status] ?? (status > 500 ? "unavailable" : "bad_message");
}
