import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { decode, encode } from "dns-packet";

/** A name server that answers what it is told. */
export interface TestNames {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** IPv4 address by name; `*.` before a name stands for anything below it. */
  readonly records: Map<string, string>;
  stop(): Promise<void>;
}

/** Stands in for the public DNS, in which a test cannot make records. */
export async function startTestNames(): Promise<TestNames> {
  const records = new Map<string, string>();
  const find = (name: string) => records.get(name) ?? records.get(name.replace(/^[^.]+/, "*"));
  const socket = createSocket("udp4");
  socket.on("message", (message, from) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    const address = question?.type === "A" ? find(question.name.toLowerCase()) : undefined;
    const known = question !== undefined && find(question.name.toLowerCase()) !== undefined;
    const answer = encode({
      type: "response",
      id: query.id ?? 0,
      flags: known ? 0 : 3, // 3 is NXDOMAIN
      questions: query.questions ?? [],
      answers:
        address === undefined || !question ? [] : [{ type: "A", name: question.name, ttl: 1, data: address }],
    });
    socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    records,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
