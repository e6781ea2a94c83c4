/** An error that the REST API answered with. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status; 0 where no answer came at all. */
  readonly status: number;
  /** The protocol's word for it; `""` where no answer came at all. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
