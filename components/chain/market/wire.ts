/** One field of a protobuf message: bytes of a length-delimited one, the number of a varint. */
export interface WireField {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly varint: bigint;
}

const none = new Uint8Array();

/**
 * The fields of a message whose type no library at hand describes.
 *
 * @throws RangeError for bytes that are no message
 */
export function wireFields(message: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined || shift > 63n) throw new RangeError("the message ends within a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError("the message ends within a field");
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, bytes: none, varint: varint() });
        break;
      case 1:
        fields.push({ number, bytes: take(8), varint: 0n });
        break;
      case 2:
        fields.push({ number, bytes: take(Number(varint())), varint: 0n });
        break;
      case 5:
        fields.push({ number, bytes: take(4), varint: 0n });
        break;
      default:
        throw new RangeError(`wire type ${tag & 7} is none`);
    }
  }
  return fields;
}

/** The last field of a number, which is the one that counts; undefined where the message has none. */
export function wireField(fields: readonly WireField[], number: number): WireField | undefined {
  return fields.findLast((field) => field.number === number);
}
