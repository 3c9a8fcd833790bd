/** What is looked at of a DaemonSet. */
export interface DaemonSetView {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly ContainerView[] } } };
}

interface ContainerView {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** Namespace of the site's own GPU operator. */
export const OPERATOR_NAMESPACE = "gpu-operator";

/** Path of all DaemonSets of a cluster. */
export const DAEMON_SETS = "/apis/apps/v1/daemonsets";

/** NVIDIA's device plugins among DaemonSets, by whomever they were installed. AMD's has an image of the same name. */
export function devicePlugins(daemonSets: readonly DaemonSetView[]): DaemonSetView[] {
  return daemonSets.filter(
    ({ metadata: { name }, spec }) =>
      // Comes with the plugin's chart and offers no GPU.
      !name.endsWith("mps-control-daemon") &&
      (name.includes("nvidia-device-plugin") ||
        spec.template.spec.containers.some(
          ({ image }) => image.includes("k8s-device-plugin") && !image.includes("rocm/"),
        )),
  );
}

/** `namespace/name` of a device plugin that is not of the site's own GPU operator; undefined where there is none. */
export function foreignDevicePlugin(daemonSets: readonly DaemonSetView[]): string | undefined {
  const [found] = devicePlugins(daemonSets).filter(
    ({ metadata }) => metadata.namespace !== OPERATOR_NAMESPACE,
  );
  return found && placeOf(found);
}

/** `namespace/name`. */
export function placeOf({ metadata: { namespace = "default", name } }: DaemonSetView): string {
  return `${namespace}/${name}`;
}

const STRATEGY = /^--device-list-strategy(?:=(.*))?$/;

/**
 * Whether a device plugin tells the runtime by `NVIDIA_VISIBLE_DEVICES` alone which GPUs a container gets: the
 * plugin's default, which only works while a container may write that variable itself and so take every GPU. Of one
 * with a configuration file it is not known: false.
 */
export function listsByEnvironment({ spec }: DaemonSetView): boolean {
  const { containers } = spec.template.spec;
  const plugin = containers.find(({ image }) => image.includes("device-plugin")) ?? containers[0];
  if (plugin === undefined) return false;
  const env = new Map((plugin.env ?? []).map(({ name, value }) => [name, value ?? ""]));
  const words = [...(plugin.command ?? []), ...(plugin.args ?? [])];
  if (env.has("CONFIG_FILE") || words.some((word) => word.startsWith("--config-file"))) return false;
  const at = words.findIndex((word) => STRATEGY.test(word));
  const argument = STRATEGY.exec(words[at] ?? "")?.[1] ?? words[at + 1];
  const strategies = (at < 0 ? env.get("DEVICE_LIST_STRATEGY") : argument) || "envvar";
  return strategies.split(",").every((strategy) => strategy.trim() === "envvar");
}
