import { z } from "zod";
import { pattern, text } from "./fields.ts";

/** Where charts and images come from. */
export const mirrorField = z
  .strictObject({
    charts: text("path of a folder with the Helm charts").optional(),
    k3s: text("path of a folder with releases of K3s, sent to `nodes`").optional(),
    images: pattern(
      "registry path instead of ghcr.io/akash-network, without a final slash: provider, operators and the trial of volumes run <path>/provider:<version>",
      /^[a-z0-9]+([.-]+[a-z0-9]+)*(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
      "is not the path of a registry",
      "Write it in lower case without https:// and without a final slash, for example registry.example.com/akash.",
    ).optional(),
  })
  .describe("where charts and images come from at a site without internet; default: their own sources")
  .prefault({});
