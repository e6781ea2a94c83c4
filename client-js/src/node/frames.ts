/** The frames of RFC 6455, as far as a client needs them. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly final: boolean;
  readonly payload: Buffer;
}

/** A frame from a client: whole, and masked with the four given bytes. */
export function encodeFrame(code: number, payload: Buffer, mask: Buffer): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 1 << 16 ? 2 : 8;
  const head = Buffer.alloc(2 + extended);
  head[0] = 0x80 | code;
  head[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  const masked = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) masked[i] = (payload[i] as number) ^ (mask[i & 3] as number);
  return Buffer.concat([head, mask, masked]);
}

/** Cuts what arrives into frames. */
export class FrameReader {
  #buffered: Buffer = Buffer.alloc(0);

  /** The frames that are complete with this piece. Throws at what no server sends. */
  *read(piece: Buffer): Generator<Frame> {
    this.#buffered = this.#buffered.length > 0 ? Buffer.concat([this.#buffered, piece]) : piece;
    for (let frame = this.#next(); frame; frame = this.#next()) yield frame;
  }

  #next(): Frame | null {
    const data = this.#buffered;
    const [first, second] = data;
    if (first === undefined || second === undefined) return null;
    if ((first & 0x70) !== 0 || (second & 0x80) !== 0) throw new Error("malformed frame");
    const short = second & 0x7f;
    const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    if (data.length < head) return null;
    const length =
      short === 126
        ? data.readUInt16BE(2)
        : short === 127
          ? Number(data.readBigUInt64BE(2))
          : short;
    if (data.length < head + length) return null;
    this.#buffered = data.subarray(head + length);
    const payload = data.subarray(head, head + length);
    return { opcode: first & 0x0f, final: (first & 0x80) !== 0, payload };
  }
}
