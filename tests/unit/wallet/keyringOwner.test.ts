import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Cluster } from "../../../components/cluster/types.ts";
import { KeyringOccupied } from "../../../components/wallet/errors.ts";
import { keyringFiles } from "../../../components/wallet/keyring/directory.ts";
import { requireOwnKeyring } from "../../../components/wallet/keyringOwner.ts";
import { address, otherWallet, wallet } from "./wallets.ts";

describe("the owner of a keyring", () => {
  /** A cluster in which each Secret holds these files; tells which one was read. */
  const clusterWith = (data: Record<string, Uint8Array> | undefined, read: string[] = []) => {
    const getSecret = async (namespace: string, name: string) => {
      read.push(`${namespace}/${name}`);
      return data && { namespace, name, data };
    };
    return { getSecret } as unknown as Cluster;
  };

  it("may be nobody, and may be oneself, where the provider looks", async () => {
    const read: string[] = [];
    await requireOwnKeyring(clusterWith(undefined, read), {}, address);
    await requireOwnKeyring(clusterWith(await keyringFiles("provider", wallet), read), {}, address);
    assert.deepEqual(read, Array(2).fill("akash-services/akash-provider-keyring"));
  });

  it("is no other wallet, whose only copy it may be", async () => {
    const occupied = clusterWith(await keyringFiles("provider", otherWallet));
    await assert.rejects(requireOwnKeyring(occupied, {}, address), (error: Error) => {
      assert.ok(error instanceof KeyringOccupied);
      for (const named of ["akash-services/akash-provider-keyring", otherWallet.address, address]) {
        assert.ok(error.message.includes(named));
      }
      return true;
    });
  });

  it("is looked for under the names given", async () => {
    const read: string[] = [];
    const place = { namespace: "n", secretName: "s", keyName: "k" };
    const occupied = clusterWith(await keyringFiles("k", otherWallet), read);
    await assert.rejects(requireOwnKeyring(occupied, place, address), KeyringOccupied);
    assert.deepEqual(read, ["n/s"]);
  });

  it("does not matter of what is no keyring", async () => {
    await requireOwnKeyring(clusterWith({ "provider.info": Buffer.from("no keyring") }), {}, address);
  });
});
