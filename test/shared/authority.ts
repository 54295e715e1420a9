import {
  type CertificateAuthority,
  makeCertificateAuthority,
} from '../../lab/world/certificates.ts'

let made: Promise<CertificateAuthority> | undefined

/** The authority of what the suites of this process share; a network of their own may have it, too. */
export function sharedAuthority(): Promise<CertificateAuthority> {
  made ??= makeCertificateAuthority()
  return made
}
