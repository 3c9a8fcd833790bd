import { PORTS } from "../names.ts";
import { httpProbe } from "./pod.ts";

/** Half a minute between two looks, and three minutes until a restart. */
const PACE = { periodSeconds: 30, failureThreshold: 6 };

/**
 * Fails while the gateway answers nothing, and while a restart would let it serve another certificate than it does.
 *
 * The binary watches the folder and reloads on an event named `tls.crt` (cmd/provider-services/cmd/certs.go). A
 * Secret's volume has none: the kubelet swaps the link `..data`, so a renewed certificate would be served after the
 * next restart only. Whatever cannot be found out, for want of a tool or of a file, is no reason for one; neither is
 * a pair that the binary would not load, nor a file that it has already started with, so no restart leads to another
 * (a file counts as read when it is two seconds older than the process: clock and start are read in whole seconds).
 *
 * Of the tools curl is in the image by name, openssl as what ca-certificates needs, the rest in its base.
 * Arguments: server name, folder of the certificate, port of the gateway, process that serves.
 */
export const SERVES_ITS_CERTIFICATE = `
if command -v curl >/dev/null; then
  curl -kfsS --max-time 8 -o /dev/null "https://127.0.0.1:$3/version" || exit 1
fi
fingerprint() { openssl x509 -noout -fingerprint -sha256 2>/dev/null; }
mounted=$(fingerprint <"$2/tls.crt") || exit 0
served=$(timeout 5 openssl s_client -connect "127.0.0.1:$3" -servername "$1" </dev/null 2>/dev/null | fingerprint) || exit 0
[ "$mounted" != "$served" ] || exit 0
key=$(openssl pkey -pubout -in "$2/tls.key" 2>/dev/null) || exit 0
[ "$key" = "$(openssl x509 -noout -pubkey -in "$2/tls.crt" 2>/dev/null)" ] || exit 0
up=$(cut -d . -f 1 /proc/uptime) && ticks=$(cut -d ' ' -f 22 "/proc/$4/stat") || exit 0
written=$(stat -L -c %Y "$2/tls.crt") && started=$(($(date +%s) - up + ticks / 100)) || exit 0
[ "$written" -ge $((started - 1)) ] || exit 0
echo "$2/tls.crt has changed and is not served yet"
exit 1
`;

/**
 * When the provider is restarted: only a gateway that answers nothing is a reason, a slow chain or cluster is not;
 * and, where browsers have a certificate of their own, one that it does not serve.
 */
export function providerLiveness(tls: { readonly host: string; readonly folder: string } | undefined) {
  if (tls === undefined) return httpProbe("/version", "api", { ...PACE, timeoutSeconds: 10 }, "HTTPS");
  const command = [
    "sh",
    "-c",
    SERVES_ITS_CERTIFICATE,
    "sh",
    tls.host,
    tls.folder,
    String(PORTS.gateway),
    "1",
  ];
  return { exec: { command }, timeoutSeconds: 20, ...PACE };
}
