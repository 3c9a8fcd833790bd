import { isIP } from "node:net";
import { z } from "zod";

const SEPARATOR = "\n";

/** A problem and its remedy as one message, the form in which they travel through the schema library. */
export const sentence = (problem: string, remedy: string): string => `${problem}${SEPARATOR}${remedy}`;

/** The two halves of a message made by `sentence`. */
export function splitSentence(message: string): { problem: string; remedy: string } {
  const [problem = "", remedy = ""] = message.split(SEPARATOR);
  return { problem, remedy };
}

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HOST_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})+$`);

/** Whether a host can be told from it: `1.2.3.999` has the form of a name, and no program takes it for one. */
const isAuthority = (value: string): boolean => URL.canParse(`https://${value}`);

/** A domain under which names can be made, so no IP address and nothing that ends in a number. */
export const isDomain = (value: string): boolean => DOMAIN.test(value) && isAuthority(`name.${value}`);
const isHost = (value: string): boolean => isIP(value) !== 0 || (HOST_NAME.test(value) && isAuthority(value));

/** Text that must not be blank. */
export const text = (description: string) =>
  z
    .string()
    .regex(/\S/, { error: sentence("is blank", `Expected: ${description}.`) })
    .describe(description);

/** Text of one form; `problem` completes the sentence "the value …". */
export const pattern = (description: string, form: RegExp, problem: string, remedy: string) =>
  z
    .string()
    .regex(form, { error: sentence(problem, remedy) })
    .describe(description);

/** Text that a function accepts; the JSON Schema of it says only that it is text. */
export const checked = (
  description: string,
  accepts: (value: string) => boolean,
  problem: string,
  remedy: string,
) =>
  z
    .string()
    .refine(accepts, { error: sentence(problem, remedy) })
    .describe(description);

export const domain = (description: string) =>
  checked(
    description,
    isDomain,
    "is not a domain name",
    "Write it in lower case without scheme, port, path or final dot, for example example.com.",
  );

export const host = (description: string) =>
  checked(
    description,
    isHost,
    "is neither an IP address nor a host name",
    "Write 203.0.113.10 or a host name.",
  );

export const email = (description: string) =>
  pattern(
    description,
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
    "is not an e-mail address",
    "Write it as ops@example.com.",
  );

/** Address of an https server without path; its host and port can be read from it. */
export const httpsOrigin = (description: string) =>
  pattern(
    description,
    /^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/,
    "is not an https address without path",
    "Write https://, the host in lower case and the port, nothing after it: https://provider.example.com:8443.",
  ).refine(URL.canParse, {
    error: sentence(
      "has a host or a port that cannot be",
      "Write a host name or an IP address, and a port up to 65535: https://provider.example.com:8443.",
    ),
  });

/** Name of an environment variable, never its value. */
export const variable = (description: string) =>
  pattern(
    description,
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "is not the name of an environment variable",
    "Write the variable's name, for example GARAGE_SECRET, and set the variable where you run the program.",
  );

export const port = (description: string) => whole(description, 1, 65535);

/** A whole number between two bounds, both included. */
export function whole(description: string, least: number, most: number) {
  const error = sentence(`is not a whole number from ${least} to ${most}`, `Expected: ${description}.`);
  return z.int({ error }).min(least, { error }).max(most, { error }).describe(description);
}

/** An amount of money or of a unit: zero or more. */
export const amount = (description: string) =>
  z
    .number()
    .min(0, { error: sentence("is less than zero", "Write zero or a positive number.") })
    .describe(description);

/** A size in the way of Kubernetes, with a binary unit. */
export const size = (description: string) =>
  pattern(
    description,
    /^[1-9]\d*(Mi|Gi|Ti)$/,
    "is not a size",
    "Write a whole number with its unit Mi, Gi or Ti, for example 1Gi.",
  );
