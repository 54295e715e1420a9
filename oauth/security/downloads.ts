import type { AuditEntry } from '../../database/account/audit.ts'
import type { Browser } from '../../database/flow/device.ts'
import { type HttpResponse, jsonResponse } from '../../http/message.ts'
import type { SignedInEverywhere } from '../../sagas/sign_in/signed_in.ts'

/** The browsers of an account, by their ids. */
export type Browsers = ReadonlyMap<string, Browser>

/** What is signed in, for a program; without the ids, which tokens carry. */
export function sessionsFile(
  did: string,
  { oauth, legacy, openid, devices }: SignedInEverywhere,
  browsers: Browsers,
): HttpResponse {
  return download('sessions.json', {
    did,
    sessions: [
      ...oauth.map(({ clientId, scope, createdAt, updatedAt, from }) => ({
        kind: 'oauth',
        clientId,
        scope,
        createdAt: iso(createdAt),
        lastUsedAt: iso(updatedAt),
        ...from,
      })),
      ...legacy.map(({ appPasswordName, createdAt, updatedAt, expiresAt, from }) => ({
        kind: appPasswordName === null ? 'password' : 'app password',
        ...(appPasswordName !== null && { appPassword: appPasswordName }),
        createdAt: iso(createdAt),
        lastUsedAt: iso(updatedAt),
        expiresAt: iso(expiresAt),
        ...from,
      })),
      ...openid.map(({ clientId, createdAt, updatedAt, from }) => ({
        kind: 'openid',
        clientId,
        createdAt: iso(createdAt),
        lastUsedAt: iso(updatedAt),
        ...from,
      })),
      ...devices.map(({ deviceId, createdAt, updatedAt }) => {
        const browser = browsers.get(deviceId)
        return {
          kind: 'browser',
          createdAt: iso(createdAt),
          lastUsedAt: iso(browser?.lastSeenAt ?? updatedAt),
          ...(browser && { address: browser.ipAddress, userAgent: browser.userAgent }),
        }
      }),
    ],
  })
}

export function activityFile(did: string, entries: readonly AuditEntry[]): HttpResponse {
  const activity = entries.map(({ at, event, detail }) => ({ at: iso(at), event, ...detail }))
  return download('activity.json', { did, activity })
}

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

function download(name: string, value: unknown): HttpResponse {
  return jsonResponse(value, {
    headers: {
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    },
  })
}
