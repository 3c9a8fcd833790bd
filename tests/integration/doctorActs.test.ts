import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, before, describe, it } from "mocha";
import { SMTPServer } from "smtp-server";
import { type AlertMessage, sendAlerts } from "../../doctor/alerts/index.ts";
import { NoSuchCheck, runDoctor } from "../../doctor/doctor.ts";
import { fixFindings } from "../../doctor/fix.ts";
import { patch } from "../support/doctor/clusterChanges.ts";
import { faults } from "../support/doctor/faults.ts";
import { leaseLabels, PROVIDER_POD } from "../support/doctor/objects.ts";
import { startWorld, type World } from "../support/doctor/world.ts";

/** What the doctor does besides looking: repairs, choices, alerts. */
describe("what the doctor does", function () {
  this.timeout(60_000);
  let world: World;

  before(async () => {
    world = await startWorld();
  });
  afterEach(() => world?.restore());
  after(() => world?.stop());

  const make = async (check: string) => {
    await faults.find((fault) => fault.check === check)?.make(world);
  };
  const fixed = async (agree = true) => {
    const report = await runDoctor(world.under, world.options);
    const lines: string[] = [];
    const done = await fixFindings(world.under, report, {
      ...world.options,
      confirm: async () => agree,
      onLine: (line) => lines.push(line),
    });
    return { done, lines, after: await runDoctor(world.under, world.options) };
  };

  for (const check of ["storage-classes", "failed-pods"]) {
    it(`repairs \`${check}\` without asking and says so`, async () => {
      await make(check);
      const { done, lines, after } = await fixed(false);
      assert.equal(done, 1);
      assert.match(lines.join("\n"), new RegExp(`^${check}: .*\n  (labelled|deleted) `));
      assert.equal(after.healthy, true);
    });
  }

  it("starts a stuck provider anew, and leaves one alone that is scaled to none", async () => {
    const stuck = faults.find(({ what }) => what === "the provider's pod does not start");
    await stuck?.make(world);
    const { lines } = await fixed(false);
    assert.match(lines.join("\n"), /deleted pod akash-provider-0/);
    await world.restore();
    await faults.find(({ what }) => what === "the provider is scaled to none")?.make(world);
    assert.equal((await fixed(false)).done, 0);
  });

  it("deletes namespaces of ended leases only with consent, and no others", async () => {
    await world.cluster.request("POST", "/api/v1/namespaces", {
      metadata: { name: "lease-2", labels: leaseLabels(world, "999") },
    });
    const refused = await fixed(false);
    assert.equal(refused.done, 0);
    assert.match(refused.lines.join("\n"), /orphaned-namespaces: left as it is/);
    assert.ok(await world.cluster.get("/api/v1/namespaces/lease-2"));
    const agreed = await fixed(true);
    assert.match(agreed.lines.join("\n"), /deleted namespace lease-2 of deployment 999/);
    assert.equal(await world.cluster.get("/api/v1/namespaces/lease-2"), undefined);
    assert.ok(await world.cluster.get("/api/v1/namespaces/lease-1"));
    assert.equal(agreed.after.healthy, true);
  });

  it("reports the chosen checks alone, though others are looked at for them", async () => {
    await make("chain-lag");
    const report = await runDoctor(world.under, { ...world.options, only: ["balance", "namespaces"] });
    assert.deepEqual(
      report.checks.map(({ id, because }) => [id, because]),
      [
        ["balance", "chain-lag"],
        ["namespaces", undefined],
      ],
    );
    assert.equal(report.healthy, true);
    await assert.rejects(runDoctor(world.under, { ...world.options, only: ["nothing"] }), NoSuchCheck);
  });

  it("is not kept waiting by what never answers", async () => {
    world.chain.faults.delayMs = 20_000;
    const report = await runDoctor(world.under, { ...world.options, timeoutMs: 300, checkTimeoutMs: 600 });
    assert.equal(report.checks.find(({ id }) => id === "rpc")?.result, "failed");
    assert.equal(report.checks.find(({ id }) => id === "namespaces")?.result, "ok");
  });

  it("leaves out what dev only simulates, and finds it well", async () => {
    await world.gateway.close(8443);
    const report = await runDoctor({ ...world.under, embedded: true }, world.options);
    assert.equal(report.healthy, true);
    const skipped = report.checks.filter(({ because }) => because?.startsWith("simulated in dev"));
    assert.ok(skipped.some(({ id }) => id === "provider-status"));
    assert.ok(skipped.every(({ area }) => area !== "chain" && area !== "wallet"));
  });

  it("only warns of what a provider cannot know yet that has just started: that halts no rollout", async () => {
    const only = ["provider-grpc", "inventory"];
    const started = async (minutes: number) => {
      const creationTimestamp = new Date(Date.now() - minutes * 60_000).toISOString();
      await patch(PROVIDER_POD, { metadata: { creationTimestamp } })(world);
      const { checks, healthy } = await runDoctor(world.under, { ...world.options, only });
      return [healthy, ...checks.map(({ result, severity }) => `${result}: ${severity}`)];
    };
    await make("inventory");
    world.gateway.grpc = "starting";
    assert.deepEqual(await started(1), [true, "failed: warning", "failed: warning"]);
    assert.deepEqual(await started(10), [false, "failed: warning", "failed: error"]);
    world.gateway.grpc = "other";
    assert.deepEqual(await started(1), [false, "failed: error", "failed: warning"]);
  });

  it("leaves keys on the operator's own computer alone, which is no node", async () => {
    await make("host-leftovers");
    const [node] = world.hosts.splice(0, 1);
    world.hosts.push({ name: "laptop", here: true, read: async () => (await node?.read()) ?? assert.fail() });
    const only = ["host-leftovers"];
    assert.equal((await runDoctor(world.under, { ...world.options, only })).checks[0]?.result, "ok");
  });

  it("goes by the keyring's owner where the wallet is not at hand", async () => {
    const { site } = world.under;
    const under = { ...world.under, site: { ...site, wallet: { prompt: true as const } } };
    const report = await runDoctor(under, world.options);
    assert.equal(report.healthy, true);
    assert.equal(report.checks.find(({ id }) => id === "wallet")?.result, "skipped");
    assert.equal(report.checks.find(({ id }) => id === "registration")?.evidence, world.owner);
  });

  describe("alerts", () => {
    /** A webhook that keeps what it was sent. */
    const startWebhook = async () => {
      const messages: AlertMessage[] = [];
      const answers = { status: 204 };
      const server = createServer(async (request, response) => {
        messages.push(JSON.parse(await text(request)));
        response.writeHead(answers.status).end();
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      return { url: `http://127.0.0.1:${port}/token`, messages, answers, close: () => server.close() };
    };
    const look = () => runDoctor(world.under, { ...world.options, only: ["namespaces"] });

    it("reach a webhook once for each change, and again where it refused", async () => {
      const webhook = await startWebhook();
      const file = join(world.folder, "alerts-webhook.json");
      const options = { file, env: { HOOK: webhook.url } };
      const tell = async () => sendAlerts(await look(), { webhookEnv: "HOOK" }, options);
      try {
        assert.equal((await tell()).message, undefined);
        await make("namespaces");
        webhook.answers.status = 500;
        const [failure] = (await tell()).failures;
        assert.match(failure?.message ?? "", /HOOK answered 500/);
        assert.doesNotMatch(failure?.message ?? "", /token/);
        webhook.answers.status = 204;
        await tell();
        await tell();
        await world.restore();
        await tell();
        await tell();
      } finally {
        webhook.close();
      }
      assert.deepEqual(
        webhook.messages.map(({ failed, resolved }) => [
          ...failed.map(({ id }) => id),
          ...resolved.map(({ id }) => `resolved ${id}`),
        ]),
        [["namespaces"], ["namespaces"], ["resolved namespaces"]],
      );
      assert.match(webhook.messages[0]?.text ?? "", /^Akash site garage: 1 check fails\n/);
    });

    /** A mail server that asks for a password. */
    const startMailbox = async () => {
      const mails: string[] = [];
      const server = new SMTPServer({
        authOptional: false,
        allowInsecureAuth: true,
        disabledCommands: ["STARTTLS"],
        onAuth: ({ username, password }, _session, done) =>
          username === "ada" && password === "s3cret" ? done(null, { user: "ada" }) : done(new Error("no")),
        onData: (stream, _session, done) => {
          void text(stream).then((mail) => {
            mails.push(mail);
            done();
          });
        },
      });
      server.listen(0, "127.0.0.1");
      await once(server.server, "listening");
      const { port } = server.server.address() as AddressInfo;
      const url = (password: string) => `smtp://ada:${password}@127.0.0.1:${port}`;
      const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
      return { mails, url, close };
    };
    const email = { to: "ops@example.com", from: "akash@example.com", smtpEnv: "MAIL" };

    it("reach a mailbox over a server that asks for a password", async () => {
      const mailbox = await startMailbox();
      const file = join(world.folder, "alerts-mail.json");
      const send = async (password: string) =>
        sendAlerts(await look(), { email }, { file, env: { MAIL: mailbox.url(password) } });
      try {
        await make("namespaces");
        const [failure] = (await send("wrong")).failures;
        assert.match(failure?.message ?? "", /mail server of MAIL did not take the alert/);
        assert.doesNotMatch(failure?.message ?? "", /wrong/);
        await send("s3cret");
        await send("s3cret");
      } finally {
        await mailbox.close();
      }
      const [mail = "", ...more] = mailbox.mails;
      assert.deepEqual(more, []);
      assert.match(mail, /^Subject: Akash site garage: 1 check fails$/m);
      assert.match(mail, /^To: ops@example\.com$/m);
      assert.match(mail, /lease lacks akash\.network=3Dtrue|lease lacks akash\.network=true/);
    });

    it("reach each of two channels, also where one of them refused at first", async () => {
      const [webhook, mailbox] = await Promise.all([startWebhook(), startMailbox()]);
      const file = join(world.folder, "alerts-both.json");
      const send = async (password: string) =>
        sendAlerts(
          await look(),
          { webhookEnv: "HOOK", email },
          { file, env: { HOOK: webhook.url, MAIL: mailbox.url(password) } },
        );
      try {
        await make("namespaces");
        assert.equal((await send("wrong")).failures.length, 1);
        assert.deepEqual([webhook.messages.length, mailbox.mails.length], [1, 0]);
        assert.ok((await send("s3cret")).message);
        assert.equal((await send("s3cret")).message, undefined);
        assert.deepEqual([webhook.messages.length, mailbox.mails.length], [1, 1]);
      } finally {
        await Promise.all([webhook.close(), mailbox.close()]);
      }
    });

    it("go by what an earlier release noted for all channels together", async () => {
      const webhook = await startWebhook();
      const file = join(world.folder, "alerts-earlier.json");
      await writeFile(file, JSON.stringify([{ id: "namespaces", fingerprint: "x", since: "2026-01-01" }]));
      try {
        await sendAlerts(await look(), { webhookEnv: "HOOK" }, { file, env: { HOOK: webhook.url } });
      } finally {
        webhook.close();
      }
      assert.deepEqual(webhook.messages[0]?.resolved, [{ id: "namespaces", since: "2026-01-01" }]);
    });

    it("say which variable is missing", async () => {
      await make("namespaces");
      const { failures } = await sendAlerts(
        await look(),
        { webhookEnv: "NOWHERE" },
        { file: join(world.folder, "alerts-none.json"), env: {} },
      );
      assert.match(failures[0]?.message ?? "", /The variable NOWHERE.* is not set/);
    });
  });
});
