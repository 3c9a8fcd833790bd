export { type ChartReleaseArgs, chartRelease } from "./chartRelease.ts";
export { type CrdDocument, digestOfCrds, parseCrds } from "./crdDocuments.ts";
export { type CrdBundle, type CrdOptions, cachedCrds, ensureCrds } from "./crds.ts";
export { type ChartOptions, ensureChart } from "./moduleChart.ts";
export { ArtefactMissing, type ChartName, type ChartSource, chartSource, imageReference } from "./sources.ts";
