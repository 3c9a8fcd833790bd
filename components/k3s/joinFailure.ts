/** A cause that the journal of K3s names, and what to do about it. */
interface Cause {
  readonly pattern: RegExp;
  readonly sentence: string;
}

/** What K3s writes when a node cannot join, and what it means; texts of K3s v1.33 and v1.34. */
const CAUSES: readonly Cause[] = [
  {
    pattern: /node password rejected|Node password rejected|duplicate hostname/,
    sentence:
      "the cluster knows another machine under this name. Give this one another `name`, or remove the old node first",
  },
  {
    pattern: /token CA hash does not match|CA hash does not match/,
    sentence: "the token is of another cluster. Check that `first` is a server of this site",
  },
  {
    pattern:
      /failed to (?:get CA certs|validate token|retrieve agent configuration).*(?:401|not authorized|[Uu]nauthorized)|invalid token|Unauthorized/,
    sentence:
      "the server does not accept the token; it was replaced in the meantime. Run the same command again",
  },
  {
    pattern: /critical configuration (?:value )?mismatch/,
    sentence: "a setting differs from that of the other servers; it must be the same on all of them",
  },
  {
    pattern: /certificate has expired or is not yet valid|x509: certificate.*not yet valid/,
    sentence: "the clocks of the machines differ. Set the time, for example with chrony",
  },
  {
    pattern:
      /(?:dial tcp [^ ]+:6443|:6443).*(?:connection refused|i\/o timeout|no route to host|context deadline exceeded|Client\.Timeout)/,
    sentence:
      "it cannot reach the API server on port 6443 of the first server. Open that port between the machines, and check that K3s runs there",
  },
  {
    pattern:
      /etcd (?:cluster join|member).*(?:timed out|timeout)|too many learner members|failed to join.*etcd|can only promote a learner/,
    sentence:
      "etcd did not take it in. Open ports 2379 and 2380 between the servers, and add one server at a time",
  },
  {
    pattern: /address already in use/,
    sentence: "another program holds a port that K3s needs. `ss -ltnp` on the machine says which",
  },
  {
    pattern: /failed to find memory cgroup/,
    sentence: "the kernel has no memory cgroup. Add `cgroup_enable=memory` to its command line and reboot",
  },
  { pattern: /no space left on device/, sentence: "its disk is full" },
  {
    pattern: /unable to select an IP|no default routes found/,
    sentence: "it has no default route, from which K3s takes its address. Add one, or declare `nodeIp`",
  },
];

/** Tokens never leave the journal. */
function withoutTokens(text: string): string {
  return text.replace(/K10[0-9a-f]{16,}(?:::\S*)?/g, "(token)");
}

/**
 * Why K3s did not start or join, in one sentence.
 *
 * @param journal what its unit wrote since the start
 */
export function explainFailure(journal: string): string {
  const lines = withoutTokens(journal).split("\n").filter(Boolean);
  const cause = CAUSES.find(({ pattern }) => lines.some((line) => pattern.test(line)));
  if (cause !== undefined) return `${cause.sentence}.`;
  const telling = lines.filter((line) => /level=(?:fatal|error)|^Error|panic:/.test(line)).slice(-3);
  const said = telling.length > 0 ? telling : lines.slice(-3);
  return said.length === 0 ? "its journal says nothing." : `its journal ends with: ${said.join(" | ")}`;
}
