import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, vi } from 'vitest'
import { listenOnLoopback } from '../../lab/world/loopback.ts'

export const HCAPTCHA_KEYS = {
  ENTRYWAY_HCAPTCHA_SITE_KEY: '10000000-ffff-ffff-ffff-000000000001',
  ENTRYWAY_HCAPTCHA_SECRET_KEY: '0x0000000000000000000000000000000000000000',
}

/** What the service takes for a captcha that was solved. */
export const SOLVED = 'solved'

export type HCaptchaServer = {
  /** What it was asked, newest last; a test may empty it. */
  asked: Record<string, string>[]
  /** Whether it fails. */
  isAway: boolean
  close(): Promise<void>
}

/** Fails unless it was told, first, the keys of the installation and `more`, and no name of Kim's. */
export function expectTold({ asked: [told] }: HCaptchaServer, more: Record<string, string>): void {
  expect(told).toMatchObject({
    secret: HCAPTCHA_KEYS.ENTRYWAY_HCAPTCHA_SECRET_KEY,
    sitekey: HCAPTCHA_KEYS.ENTRYWAY_HCAPTCHA_SITE_KEY,
    response: SOLVED,
    ...more,
  })
  expect(JSON.stringify(told)).not.toContain('kim')
}

/**
 * hCaptcha cannot be had on this machine, so a server stands in for the one address at which the provider
 * asks it. To be started before the application.
 */
export async function startHcaptcha(): Promise<HCaptchaServer> {
  const verify: RequestListener = async (request, response) => {
    const given = Object.fromEntries(new URLSearchParams(await text(request)))
    server.asked.push(given)
    const success = given.response === SOLVED
    const answer = { success, challenge_ts: new Date().toISOString(), hostname: 'localhost' }
    response.statusCode = server.isAway ? 503 : 200
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  }
  const { port, close } = await listenOnLoopback(verify)
  const { fetch } = globalThis
  vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>) => {
    const request = new Request(...args)
    if (request.url !== 'https://api.hcaptcha.com/siteverify') return fetch(request)
    const { method, headers } = request
    return fetch(`http://127.0.0.1:${port}/`, { method, headers, body: await request.text() })
  })
  const server: HCaptchaServer = {
    asked: [],
    isAway: false,
    close: async () => {
      vi.unstubAllGlobals()
      await close()
    },
  }
  return server
}
