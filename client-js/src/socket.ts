/** What is used of a WebSocket: the browser's, Node's or one of a package fits. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type SocketConstructor = new (url: string, protocol: string) => Socket;

/** The address to connect to, from that of the server: `https://host`, `/` or the endpoint itself. */
export function endpoint(address: string): string {
  const here = (globalThis as { location?: { href: string } }).location?.href;
  const url = new URL(address, here);
  url.protocol = url.protocol.replace(/^http/, "ws");
  if (!url.pathname.endsWith("/v1/connect")) {
    url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/connect`;
  }
  return url.href;
}

/** A random UUID, also where a page is not a secure context. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
