import { Types_Account, Types_Payment } from "@akashnetwork/chain-sdk/private-types/akash.v1";
import type { Generation } from "../types.ts";
import { fromWire, wholeUnits } from "./amounts.ts";
import type { Coin, LeasePayment, Price } from "./types.ts";
import { type WireField, wireField, wireFields } from "./wire.ts";

/** Numbers of `akash.escrow` states of a payment, the same in all generations. */
const paymentStates: readonly LeasePayment["state"][] = ["unknown", "open", "closed", "overdrawn"];

/** A lease's payment. The v0.38 message is another than the one of today (`akash.escrow.v1beta3`). */
export function decodePayment(generation: Generation, message: Uint8Array): LeasePayment {
  if (generation === "v0.38") {
    const fields = wireFields(message);
    return {
      state: stateOf(Number(wireField(fields, 4)?.varint ?? 0n)),
      balance: decCoin(wireField(fields, 6)),
      withdrawn: coin(wireField(fields, 7)),
    };
  }
  const { state } = Types_Payment.decode(message);
  return {
    state: stateOf(state?.state ?? 0),
    balance: { denom: state?.balance?.denom ?? "", amount: state?.balance?.amount || "0" },
    withdrawn: { denom: state?.withdrawn?.denom ?? "", amount: BigInt(state?.withdrawn?.amount || "0") },
  };
}

/** What an escrow account holds: the deposit of a bid. */
export function decodeFunds(generation: Generation, message: Uint8Array): Coin[] {
  if (generation === "v0.38") {
    const fields = wireFields(message);
    return [decCoin(wireField(fields, 4)), decCoin(wireField(fields, 8))]
      .map((price) => ({ denom: price.denom, amount: wholeUnits(price) }))
      .filter(({ amount }) => amount > 0n);
  }
  const { state } = Types_Account.decode(message);
  return (state?.funds ?? []).map(({ denom, amount }) => ({
    denom,
    amount: wholeUnits({ denom, amount }),
  }));
}

function stateOf(number: number): LeasePayment["state"] {
  return paymentStates[number] ?? "unknown";
}

function texts(field: WireField | undefined): [denom: string, amount: string] {
  const fields = wireFields(field?.bytes ?? new Uint8Array());
  const text = (number: number) => Buffer.from(wireField(fields, number)?.bytes ?? []).toString();
  return [text(1), text(2)];
}

function decCoin(field: WireField | undefined): Price {
  const [denom, amount] = texts(field);
  return { denom, amount: fromWire(amount) };
}

function coin(field: WireField | undefined): Coin {
  const [denom, amount] = texts(field);
  return { denom, amount: BigInt(amount || "0") };
}
