import { UNKNOWN } from "../dynamic/unknown.ts";
import { openChain } from "./client.ts";
import { ChainError } from "./errors.ts";
import {
  changedValues,
  knownInputs,
  lostSignatures,
  observedInputs,
  type RegistrationInputs,
} from "./registration.ts";
import type { ChainClient } from "./types.ts";

/** Says in preview and update which auditors have to sign again. A chain out of reach is reported elsewhere. */
export async function warnOfLostSignatures(
  before: RegistrationInputs,
  after: RegistrationInputs,
): Promise<void> {
  await withChain(before, (chain) => tellLostSignatures(chain, before.owner, after));
}

/**
 * Says in preview and update what changes in a record that is adopted: the engine shows that as something new,
 * not as a change. Two requests at most, none of them where the engine knows the record already.
 */
export async function warnOfAdoption(inputs: RegistrationInputs): Promise<void> {
  const { owner } = inputs;
  if (owner === UNKNOWN) return;
  await withChain(inputs, async (chain) => {
    const record = await chain.provider(owner);
    if (record === undefined) return;
    const observed = observedInputs(inputs, record);
    const changes = changedValues(observed, knownInputs(inputs, observed));
    for (const { field, before, after } of changes) {
      console.warn(`The record of ${owner} is adopted, and ${field} changes from ${before} to ${after}.`);
    }
    if (changes.some(({ field }) => field.startsWith("attributes")))
      await tellLostSignatures(chain, owner, inputs);
  });
}

async function tellLostSignatures(
  chain: ChainClient,
  owner: string,
  { attributes }: RegistrationInputs,
): Promise<void> {
  for (const { auditor, keys } of lostSignatures(await chain.auditors(owner), attributes)) {
    console.warn(
      `Auditor ${auditor} signed attributes that change (${keys.join(", ")}): the signature no longer ` +
        "counts for tenants who require it. Ask for a new audit after the update.",
    );
  }
}

async function withChain(
  { network }: RegistrationInputs,
  tell: (chain: ChainClient) => Promise<void>,
): Promise<void> {
  try {
    await tell(await openChain(network));
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
  }
}
