import ssh2 from "ssh2";

/** A pair of SSH keys. Of a few hundred that the library makes it cannot read one itself: that one is left out. */
export function keyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519");
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
