export { sumOf, wholeUnits } from "./amounts.ts";
export {
  type Listed,
  readBids,
  readBidsOn,
  readLeases,
  readOrders,
} from "./read.ts";
export type * from "./types.ts";
