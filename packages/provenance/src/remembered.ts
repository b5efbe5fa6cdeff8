import type { X509Certificate } from '@sigstore/core'

/**
 * Makes a certificate encode itself once. The verifying library compares certificates by encoding them anew each time,
 * which takes longer than all the signatures together.
 */
export function rememberEncoding(certificate: X509Certificate): void {
  for (const part of [certificate.root, certificate.tbsCertificate]) {
    const der = part.toDER()
    part.toDER = () => der
  }
}

/** The same for a certificate of the roots of trust, which also needs its issuer's signature verified only once. */
export function rememberIssuer(certificate: X509Certificate): void {
  rememberEncoding(certificate)
  const verify = certificate.verify.bind(certificate)
  // Weak, since the certificates of bundles are tried as issuers too.
  const verified = new WeakMap<X509Certificate, boolean>()
  certificate.verify = (issuer = certificate) => {
    const known = verified.get(issuer) ?? verify(issuer)
    verified.set(issuer, known)
    return known
  }
}
