import { expect } from 'vitest'
import type { OAuthApp } from './oauth_app.ts'
import { type OAuthSession, refresh, revoke } from './oauth_session.ts'
import { postAndReadBack } from './xrpc.ts'

/**
 * Takes a fresh session through its life: it writes a record that can be read
 * back, its refreshed form does too, and once revoked it can be refreshed no more.
 */
export async function expectSessionLife(app: OAuthApp, session: OAuthSession): Promise<void> {
  expect(await postAndReadBack(app, session, 'with the first token')).toBe('with the first token')

  // A revoked session lives on until its access token expires: at most 15 minutes.
  expect(session.expiresIn).toBeLessThanOrEqual(15 * 60)

  const refreshed = await refresh(app, session)
  expect(refreshed.did).toBe(session.did)
  expect(refreshed.refreshToken).not.toBe(session.refreshToken)
  expect(await postAndReadBack(app, refreshed, 'once refreshed')).toBe('once refreshed')

  await revoke(app, refreshed)
  await expectRefused(app, refreshed)
}

/** The session's refresh token is no longer good for anything (RFC 6749 section 5.2). */
export async function expectRefused(app: OAuthApp, session: OAuthSession): Promise<void> {
  await expect(refresh(app, session)).rejects.toMatchObject({ error: 'invalid_grant' })
}
