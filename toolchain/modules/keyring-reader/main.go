// Command keyring-reader lists the keys of a Cosmos SDK keyring the way the
// Akash provider will: with the SDK 0.53 keyring itself. Tests use it to prove
// that what we write is what the provider reads.
//
//	keyring-reader --dir HOME --backend test [--name NAME]
//
// It prints one JSON line per key: name, address (bech32, "akash" prefix) and
// the compressed public key in hex. It exits 1 with the keyring's error, and 2
// on wrong usage.
package main

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/types/bech32"
)

type key struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	PubKey  string `json:"pubkey"`
}

func main() {
	dir := flag.String("dir", "", "home folder that holds keyring-<backend>/")
	backend := flag.String("backend", keyring.BackendTest, "keyring backend: test or file (passphrase on stdin)")
	name := flag.String("name", "", "only this key; an error when it is missing")
	flag.Parse()
	if *dir == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*dir, *backend, *name); err != nil {
		fmt.Fprintf(os.Stderr, "keyring-reader: %v\n", err)
		os.Exit(1)
	}
}

func run(dir, backend, name string) error {
	registry := codectypes.NewInterfaceRegistry()
	cryptocodec.RegisterInterfaces(registry)
	ring, err := keyring.New("akash", backend, dir, os.Stdin, codec.NewProtoCodec(registry))
	if err != nil {
		return err
	}
	records, err := find(ring, name)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, record := range records {
		pub, err := record.GetPubKey()
		if err != nil {
			return fmt.Errorf("key %q: %w", record.Name, err)
		}
		address, err := bech32.ConvertAndEncode("akash", pub.Address())
		if err != nil {
			return fmt.Errorf("key %q: %w", record.Name, err)
		}
		line := key{Name: record.Name, Address: address, PubKey: hex.EncodeToString(pub.Bytes())}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func find(ring keyring.Keyring, name string) ([]*keyring.Record, error) {
	if name == "" {
		return ring.List()
	}
	record, err := ring.Key(name)
	if err != nil {
		return nil, err
	}
	return []*keyring.Record{record}, nil
}
