import { createHash, randomUUID, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import tls from 'node:tls'
import { generate } from 'selfsigned'
import { makeTemporaryFolder } from './temporary_folder.ts'

/** A certificate with its private key, both PEM. */
type Certificate = { cert: string; key: string }

export type CertificateAuthority = {
  /** The authority's own certificate, PEM. */
  cert: string
  /** A file with {@link cert}, for `NODE_EXTRA_CA_CERTS`. */
  certFile: string
  /** Signs a server certificate for one host name. */
  issue: (hostname: string) => Promise<Certificate>
  close: () => Promise<void>
}

const KEY = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/** Makes an authority that only this world trusts. */
export async function makeCertificateAuthority(): Promise<CertificateAuthority> {
  // A process may trust several; OpenSSL tells them apart by their names.
  const name = `Vestibule test world ${randomUUID()}`
  const authority = await generate([{ name: 'commonName', value: name }], {
    ...KEY,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const folder = await makeTemporaryFolder('ca')
  const certFile = join(folder.path, 'ca.pem')
  await writeFile(certFile, authority.cert)
  return {
    cert: authority.cert,
    certFile,
    issue: async (hostname) => {
      const issued = await generate([{ name: 'commonName', value: hostname }], {
        ...KEY,
        ca: { key: authority.private, cert: authority.cert },
      })
      return { cert: `${issued.cert}\n${authority.cert}`, key: issued.private }
    },
    close: folder.remove,
  }
}

/**
 * Makes this process trust the authority and find the world's host names, for
 * servers of the world that run in-process.
 */
export async function trustHere(ca: CertificateAuthority): Promise<void> {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca.cert])
  await import('./servers/resolve_test_names.ts')
}

/** Base64 SHA-256 of a PEM certificate's SubjectPublicKeyInfo, as RFC 7469 pins it. */
export function publicKeyHash(cert: string): string {
  const key = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}
