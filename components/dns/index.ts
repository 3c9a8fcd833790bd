export {
  type AddressLookups,
  type AddressProblem,
  isCarrierAddress,
  isPrivateAddress,
  type ResolvedAddress,
  resolveAddress,
} from "./address.ts";
export { CloudflareRecords, type CloudflareRecordsArgs } from "./CloudflareRecords.ts";
export { CredentialSecret, type CredentialSecretArgs } from "./CredentialSecret.ts";
export type { CredentialSource } from "./credentialProvider.ts";
export { DynamicAddress, type DynamicAddressArgs, updaterImage } from "./DynamicAddress.ts";
export {
  AnswerNotGenuine,
  CloudflareRefused,
  CloudflareUnreachable,
  CredentialMissing,
  DnsError,
  NameServerUnreachable,
  TsigSecretMissing,
  UpdateRefused,
} from "./errors.ts";
export { lookUpPublicAddress, machineLookups } from "./lookups.ts";
export { ManualRecords, type ManualRecordsArgs } from "./ManualRecords.ts";
export { Rfc2136Records, type Rfc2136RecordsArgs } from "./Rfc2136Records.ts";
export type { DnsRecordArgs } from "./recordArgs.ts";
export { type DnsPlan, type DnsRecord, type DnsRecordType, dnsRecords, recordText } from "./records.ts";
export { type DnsConfig, SiteDns, type SiteDnsArgs } from "./SiteDns.ts";
export { type RecordStatus, type VerifyOptions, verifyRecords } from "./verifyRecords.ts";
