import { z } from "zod";
import { email, variable } from "./fields.ts";

/** Where `doctor --alert` tells of failures. Addresses that hold secrets are in variables, never in the file. */
export const alertsField = z
  .strictObject({
    webhookEnv: variable("name of the environment variable with the webhook's address").optional(),
    email: z
      .strictObject({
        to: email("e-mail address that alerts go to"),
        from: email("e-mail address that they come from"),
        smtpEnv: variable(
          "name of the environment variable with the mail server, smtp://user:password@host:port",
        ),
      })
      .describe("e-mail: to, from and the mail server")
      .optional(),
  })
  .describe("where `npm run doctor -- --alert` tells of failures: a webhook, e-mail, or both")
  .optional();
