/** Whose profile it is, and where their repo is. */
type Named = { did: string; handle: string; email: string; pdsUrl: string }

/** A public key like those of DID documents; no one asks whose. */
const KEY =
  'zNM3FMzC4nzyAATtFMsSX17geLm5BXxy7zFYNKq1gxeQhbYnVjx1AYeH7R44M4abdGuN4GD1Cy15qZYa9weH8PBVx'

/** What the answers to `createSession` and the others tell of an account, as JSON without its braces. */
export function profileOf({ did, handle, email, pdsUrl }: Named): string {
  const contexts = [
    'https://www.w3.org/ns/did/v1',
    'https://w3id.org/security/suites/secp256k1-2019/v1',
  ]
  const type = 'EcdsaSecp256k1VerificationKey2019'
  const pds = { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: pdsUrl }
  const profile = {
    ...{ did, handle, email, emailConfirmed: false, emailAuthFactor: false, active: true },
    didDoc: {
      '@context': contexts,
      id: did,
      alsoKnownAs: [`at://${handle}`],
      verificationMethod: [{ id: '#atproto', type, controller: did, publicKeyMultibase: KEY }],
      service: [pds],
    },
  }
  return JSON.stringify(profile).slice(1, -1)
}
