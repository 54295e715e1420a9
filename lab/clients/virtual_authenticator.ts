import type { CDPSession, Page } from 'playwright-core'
import type { Made } from '../world/browser/passkeys.ts'

type Credential = { credentialId: string; userHandle: string }

/**
 * An authenticator in a page of Chromium that a person unlocks at once (DevTools protocol, domain
 * `WebAuthn`). Passkeys that it has are used as soon as a page asks for one.
 */
export type VirtualAuthenticator = {
  /** Has it lock itself for the person, or open again. */
  setUnlocks(isUnlocked: boolean): Promise<void>
  passkeys(): Promise<Credential[]>
  /** Takes those of another one in the place of its own. */
  take(passkeys: readonly Credential[]): Promise<void>
}

export async function addAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const client: CDPSession = await page.context().newCDPSession(page)
  await client.send('WebAuthn.enable')
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  })
  return {
    setUnlocks: async (isUserVerified) => {
      await client.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    passkeys: async () => {
      const { credentials } = await client.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials as Credential[]
    },
    take: async (passkeys) => {
      await client.send('WebAuthn.clearCredentials', { authenticatorId })
      for (const credential of passkeys) {
        const given = { authenticatorId, credential: credential as never }
        await client.send('WebAuthn.addCredential', given)
      }
    },
  }
}

/** A passkey that is synced from a authenticator in software to this one. */
export function synced({ id, key, userHandle, counter }: Made, rpId: string): Credential {
  const base64 = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  return {
    ...{ credentialId: base64(id), userHandle: base64(userHandle), rpId, signCount: counter },
    privateKey: key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    ...{ isResidentCredential: true, backupEligibility: true, backupState: true },
  } as Credential
}

/** Lets a page find that its browser offers no passkeys in a field. */
export async function withoutAutofill(page: Page): Promise<void> {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false
  })
}
