import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tls } from './listen.ts'

/** Browsers and clients refuse certificates that are valid for longer. */
const VALID_DAYS = 397
const DAY_MS = 24 * 3600_000

/**
 * A self-signed certificate for these hosts, made on first use and kept in `folder`: clients that were told to trust it
 * go on trusting it. The certificate is `certificate.pem` there; the key never leaves the folder.
 */
export async function selfSigned(folder: string, hosts: readonly string[]): Promise<Tls> {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const kept = await Promise.all([readFile(keyFile, 'utf8'), readFile(certFile, 'utf8')]).catch(
    () => undefined,
  )
  if (kept !== undefined && isUsable(...kept, hosts)) return { key: kept[0], cert: kept[1] }
  const made = await generate(hosts)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeWhole(keyFile, made.key)
  await writeWhole(certFile, made.cert)
  return made
}

/** A pair that does not fit together is left behind if the process dies between the two files. */
function isUsable(key: string, cert: string, hosts: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(cert)
    const expires = Date.parse(certificate.validTo)
    const covers = (host: string) =>
      (isAddress(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined
    const fits = certificate.checkPrivateKey(createPrivateKey(key))
    return fits && expires - Date.now() > DAY_MS && hosts.every(covers)
  } catch {
    return false
  }
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host)
}

async function generate(hosts: readonly string[]): Promise<Tls> {
  const { generate: generateCertificate } = await import('selfsigned')
  const altNames = hosts.map((host) =>
    isAddress(host) ? ({ type: 7, ip: host } as const) : ({ type: 2, value: host } as const),
  )
  const made = await generateCertificate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
    extensions: [
      // uv refuses a server that identifies itself with the certificate of an authority.
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  return { key: made.private, cert: made.cert }
}

/** Whole or not at all, and readable by its owner only. */
async function writeWhole(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
