/** Where signing clients find the services: JSON of `dev.sigstore.trustroot.v1.SigningConfig`. */
export type SigningConfigJson = Readonly<Record<string, unknown>>

/** The signing configuration of services that all answer at one address. */
export function signingConfig(url: string, from: Date): SigningConfigJson {
  const service = (address: string) => [
    { url: address, majorApiVersion: 1, validFor: { start: from.toISOString() }, operator: url },
  ]
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: service(url),
    rekorTlogUrls: service(url),
    tsaUrls: service(`${url}/api/v1/timestamp`),
    rekorTlogConfig: { selector: 'ANY' },
    tsaConfig: { selector: 'ANY' },
  }
}
