import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { bucketAddress, openBucket } from "../../../fleet/records/bucket.ts";
import { openRecordStore } from "../../../fleet/records/store.ts";
import { newRecord } from "../../../fleet/rollout/record.ts";

const record = (minute: number) =>
  newRecord(
    { command: "up", waves: [{ title: "wave 1 of 1", sites: ["a"] }], declarations: { a: "x" } },
    { user: "test", host: "test", pid: 1 },
    new Date(Date.UTC(2026, 10, 21, 18, minute)),
  );

describe("the records of rollouts", () => {
  it("lie beside the state of a file backend, the newest first", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-records-"));
    try {
      const store = openRecordStore(`file://${folder}`);
      assert.deepEqual(await store.recent(5), []);
      for (const minute of [3, 1, 2]) await store.write(record(minute));
      await store.write({ ...record(2), state: "finished" });
      assert.deepEqual(
        (await store.recent(2)).map(({ id, state }) => [id.slice(14, 16), state]),
        [
          ["03", "running"],
          ["02", "finished"],
        ],
      );
      assert.equal(readdirSync(join(folder, ".pulumi-akash", "rollouts")).length, 3);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("are kept on this machine where the backend takes no files or is not open to us", () => {
    const env = { XDG_STATE_HOME: "/state" };
    for (const backend of ["https://api.pulumi.com", "s3://bucket", "azblob://container", ""]) {
      assert.equal(openRecordStore(backend, env).where, "/state/pulumi-akash/rollouts");
    }
    const inHome = join(homedir(), ".local/state/pulumi-akash/rollouts");
    assert.equal(openRecordStore("", { XDG_STATE_HOME: "" }).where, inHome);
  });
});

describe("the address of a bucket", () => {
  it("is Amazon's where no endpoint is named", () => {
    assert.deepEqual(bucketAddress("s3://state/fleet/?region=eu-central-1"), {
      url: "https://state.s3.eu-central-1.amazonaws.com",
      prefix: "fleet/",
      region: "eu-central-1",
    });
    assert.equal(bucketAddress("s3://state", { AWS_REGION: "eu-west-1" })?.region, "eu-west-1");
  });

  it("follows the engine's own notations for other servers", () => {
    const urlOf = (backend: string, env = {}) => bucketAddress(backend, env)?.url;
    assert.equal(
      urlOf("s3://state?endpoint=minio.example:9000&disableSSL=true&s3ForcePathStyle=true"),
      "http://minio.example:9000/state",
    );
    assert.equal(
      urlOf("s3://state?endpoint=https://minio.example:9000/"),
      "https://minio.example:9000/state",
    );
    assert.equal(urlOf("s3://state?endpoint=minio.example"), "https://minio.example/state");
    assert.equal(
      urlOf("s3://state", { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:7070" }),
      "http://127.0.0.1:7070/state",
    );
  });

  it("is none for other backends, and none is opened without credentials", () => {
    assert.equal(bucketAddress("gs://state"), undefined);
    assert.equal(openBucket("s3://state", {}), undefined);
    assert.notEqual(
      openBucket("s3://state", { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }),
      undefined,
    );
  });
});
