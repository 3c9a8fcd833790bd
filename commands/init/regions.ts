/**
 * Regions of `location-region` that Akash's Console offers tenants as a filter
 * (`akash-network/console`, config/provider-attributes.json), with the time zones they are a good guess for.
 */
export const REGIONS: Readonly<Record<string, { readonly name: string; readonly zones?: RegExp }>> = {
  "na-us-west": {
    name: "USA, west",
    zones: /^America\/(Los_Angeles|Denver|Boise|Anchorage)|^Pacific\/Honolulu/,
  },
  "na-us-southwest": { name: "USA, south-west", zones: /^America\/Phoenix/ },
  "na-us-midwest": { name: "USA, midwest", zones: /^America\/(Chicago|Detroit|Indiana|Menominee)/ },
  "na-us-southeast": { name: "USA, south-east", zones: /^America\/Kentucky/ },
  "na-us-northeast": { name: "USA, north-east", zones: /^America\/New_York/ },
  "na-ca-west": { name: "Canada, west", zones: /^America\/Vancouver/ },
  "na-ca-prairie": { name: "Canada, prairie", zones: /^America\/(Edmonton|Winnipeg|Regina)/ },
  "na-ca-central": { name: "Canada, Ontario and Quebec", zones: /^America\/(Toronto|Montreal)/ },
  "na-ca-atlantic": { name: "Canada, Atlantic", zones: /^America\/(Halifax|St_Johns|Moncton)/ },
  "na-ca-north": { name: "Canada, north", zones: /^America\/(Whitehorse|Yellowknife|Iqaluit)/ },
  "central-america": { name: "Central America", zones: /^America\/(Panama|Costa_Rica|Guatemala|Managua)/ },
  caribbean: { name: "Caribbean", zones: /^America\/(Puerto_Rico|Jamaica|Havana|Santo_Domingo|Curacao)/ },
  "sa-north": { name: "South America, north", zones: /^America\/(Bogota|Caracas|Guyana|Cayenne)/ },
  "sa-west": { name: "South America, west", zones: /^America\/(Lima|Guayaquil|La_Paz)/ },
  "sa-south": {
    name: "South America, south",
    zones: /^America\/(Argentina|Buenos_Aires|Santiago|Montevideo)/,
  },
  "sa-brazil": { name: "Brazil", zones: /^America\/(Sao_Paulo|Fortaleza|Manaus|Recife|Bahia)/ },
  "eu-central": {
    name: "Central Europe",
    zones: /^Europe\/(Berlin|Zurich|Vienna|Prague|Warsaw|Budapest|Bratislava|Ljubljana|Busingen)/,
  },
  "eu-west": {
    name: "Western Europe",
    zones: /^Europe\/(London|Paris|Brussels|Amsterdam|Luxembourg|Dublin)/,
  },
  "eu-north": {
    name: "Northern Europe",
    zones: /^(Europe\/(Oslo|Stockholm|Copenhagen|Helsinki)|Atlantic\/Reykjavik)/,
  },
  "eu-south": { name: "Southern Europe", zones: /^Europe\/(Rome|Athens|Malta)/ },
  "eu-southwest": { name: "South-western Europe", zones: /^Europe\/(Madrid|Lisbon|Andorra)/ },
  "eu-southeast": {
    name: "South-eastern Europe",
    zones: /^Europe\/(Belgrade|Sofia|Bucharest|Zagreb|Sarajevo|Tirane|Skopje)/,
  },
  "eu-east": {
    name: "Eastern Europe",
    zones: /^Europe\/(Kyiv|Kiev|Vilnius|Riga|Tallinn|Moscow|Chisinau|Minsk)/,
  },
  "af-north": {
    name: "Northern Africa",
    zones: /^Africa\/(Cairo|Algiers|Tunis|Tripoli|Casablanca|Khartoum)/,
  },
  "af-west": { name: "Western Africa", zones: /^Africa\/(Lagos|Accra|Dakar|Abidjan|Bamako)/ },
  "af-middle": { name: "Middle Africa", zones: /^Africa\/(Kinshasa|Luanda|Douala|Libreville|Ndjamena)/ },
  "af-east": { name: "Eastern Africa", zones: /^Africa\/(Nairobi|Addis_Ababa|Kampala|Kigali|Lusaka|Harare)/ },
  "af-south": { name: "Southern Africa", zones: /^Africa\/(Johannesburg|Windhoek|Gaborone|Maseru)/ },
  "as-west": {
    name: "Western Asia",
    zones: /^(Asia\/(Dubai|Riyadh|Jerusalem|Tbilisi|Baku|Beirut|Qatar)|Europe\/Istanbul)/,
  },
  "as-central": { name: "Central Asia", zones: /^Asia\/(Almaty|Tashkent|Bishkek|Dushanbe|Ashgabat)/ },
  "as-south": {
    name: "Southern Asia",
    zones: /^Asia\/(Kolkata|Calcutta|Karachi|Dhaka|Colombo|Tehran|Kathmandu)/,
  },
  "as-southeast": {
    name: "South-eastern Asia",
    zones: /^Asia\/(Singapore|Bangkok|Jakarta|Manila|Ho_Chi_Minh|Kuala_Lumpur)/,
  },
  "as-east": { name: "Eastern Asia", zones: /^Asia\/(Tokyo|Seoul|Shanghai|Hong_Kong|Taipei|Macau)/ },
  "oc-aus": { name: "Australia", zones: /^Australia\// },
  "oc-nz": { name: "New Zealand", zones: /^Pacific\/(Auckland|Chatham)/ },
  "oc-mel": { name: "Melanesia", zones: /^Pacific\/(Fiji|Noumea|Port_Moresby|Guadalcanal|Efate)/ },
  "oc-mic": { name: "Micronesia", zones: /^Pacific\/(Guam|Saipan|Palau|Majuro|Tarawa)/ },
  "oc-pol": { name: "Polynesia", zones: /^Pacific\/(Tahiti|Apia|Tongatapu|Rarotonga|Niue)/ },
};

/** The region a time zone lies in; undefined for one that tells nothing, such as UTC. */
export function regionOfTimeZone(zone: string): string | undefined {
  return Object.entries(REGIONS).find(([, { zones }]) => zones?.test(zone))?.[0];
}
