export { type Deployed, deployedIn, NOTHING_DEPLOYED } from "./deployed.ts";
export { describeTakeover } from "./describe.ts";
export {
  AddressInRecords,
  ProviderOfOtherOwner,
  ReleaseInstalledByHand,
  SecondSigner,
  TakeoverStuck,
} from "./errors.ts";
export { planTakeover } from "./plan.ts";
export { type ReadOptions, readExisting } from "./read.ts";
export { findTakeover, NO_TAKEOVER, type Takeover, type TakeoverOptions } from "./takeover.ts";
export type * from "./types.ts";
