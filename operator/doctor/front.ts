import type { Settings } from '../../base/settings/settings.ts'
import type { Check } from './check.ts'
import { mendOf, PROXY } from './routes.ts'
import { ask, type CheckResult, look, readJson } from './run_check.ts'
import { SEEN_PATH, type Seen } from './seen.ts'

/** The running program, and by what it knows a request of this command. */
export type Asked = { instance: string; seenToken: string }

/**
 * How a request comes from the public address to the program: to this one, with the host that it was sent to, and with
 * the word of the proxy on who its client is.
 */
export function checkFront(settings: Settings, { instance, seenToken }: Asked): Promise<Check> {
  const { publicUrl, database } = settings
  return look(`${publicUrl}: the way to the program`, mendOf, async () => {
    const headers = { authorization: `Bearer ${seenToken}` }
    const response = await ask(new URL(SEEN_PATH, publicUrl), headers)
    if (response.status !== 200)
      return elsewhere(`not the program of this folder (${response.status})`)
    const seen = await readJson<Seen>(response)
    // On an engine any runner may answer.
    if (database === 'file' && seen.instance !== instance) {
      return elsewhere('another program with the keys of this one')
    }
    return mistakeInForwarding(publicUrl, seen) ?? { state: 'ok', found: 'it leads here' }
  })
}

const elsewhere = (what: string): CheckResult => ({
  state: 'failed',
  found: `what answers there is ${what}`,
  mend: `let the name (DNS) and the proxy in front lead to this program, and end the other one; ${PROXY}`,
})

/** The gateway speaks no TLS, so a proxy is in front of an https address. */
function mistakeInForwarding(
  publicUrl: string,
  { host, address, isTold }: Seen,
): CheckResult | null {
  const { protocol } = new URL(publicUrl)
  const origin = `${protocol}//${host}`
  if (!URL.canParse(origin) || new URL(origin).origin !== publicUrl) {
    return {
      state: 'failed',
      found: `the proxy in front sends the Host ${host}: no handle is found by that`,
      mend: 'let it keep the `Host` header (docs/deploy.md)',
    }
  }
  if (protocol === 'http:' || isTold) return null
  return {
    state: 'failed',
    found: `the proxy in front does not say who its clients are, or is not believed: they are all ${address}, which limits count as one`,
    mend: 'let it set X-Forwarded-For, and name its address in ENTRYWAY_TRUSTED_PROXIES (docs/deploy.md)',
  }
}
