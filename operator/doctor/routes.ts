import type { Settings } from '../../base/settings/settings.ts'
import { isWebDid } from '../../base/values/did.ts'
import { NO_SUCH_HANDLE } from '../../identity/service_handles.ts'
import type { Check } from './check.ts'
import { ask, type CheckResult, look, readJson } from './run_check.ts'

export const PROXY =
  'start the program if it does not run; else let the proxy in front send every path of this host to it (docs/deploy.md)'

const NAME =
  'let the name lead to this machine (DNS), or to the proxy in front, and see that it can be looked up from here'
export const mendOf = (code: string) => (code === 'ENOTFOUND' ? NAME : PROXY)

/** What the outside must find at the public address. */
export function checkRoutes(settings: Settings): Promise<Check[]> {
  const { publicUrl, did } = settings
  const at = (path: string, work: (response: Response) => Promise<CheckResult>) =>
    look(`${publicUrl}${path}`, mendOf, async () => work(await ask(new URL(path, publicUrl))))

  return Promise.all([
    at('/_health', async (response) => {
      const health = await readJson<{ status?: string; error?: string; message?: string }>(response)
      if (health.status === 'ok') return { state: 'ok', found: 'it answers' }
      return health.error === 'temporarily_unavailable'
        ? {
            state: 'failed',
            found: health.message ?? '',
            mend: 'see what the log of the program says',
          }
        : { state: 'failed', found: 'something else answers', mend: PROXY }
    }),
    at('/.well-known/oauth-authorization-server', async (response) => {
      const { issuer } = await readJson<{ issuer?: string }>(response)
      return issuer === publicUrl
        ? { state: 'ok', found: `issuer ${issuer}` }
        : {
            state: 'failed',
            found: `it names the issuer ${issuer}`,
            mend: 'set ENTRYWAY_PUBLIC_URL to the address that people use',
          }
    }),
    ...(isWebDid(did)
      ? [
          at('/.well-known/did.json', async (response) => {
            const { id } = await readJson<{ id?: string }>(response)
            return id === did
              ? { state: 'ok', found: did }
              : { state: 'failed', found: `it is the document of ${id}`, mend: PROXY }
          }),
        ]
      : []),
    at('/.well-known/atproto-did', async (response) => {
      const text = await response.text()
      return response.status === 404 && text === NO_SUCH_HANDLE
        ? { state: 'ok', found: 'handles are answered' }
        : { state: 'failed', found: 'something else answers', mend: PROXY }
    }),
  ])
}

/** That the public URL of each PDS which the gateway answers for leads there. */
export function checkServed(urls: readonly string[]): Promise<Check[]> {
  return Promise.all(
    urls.map((url) => {
      const path = '/.well-known/oauth-protected-resource'
      return look(`${url}${path}`, mendOf, async () => {
        const { resource } = await readJson<{ resource?: string }>(await ask(new URL(path, url)))
        return resource === url
          ? { state: 'ok', found: 'it leads to the PDS' }
          : { state: 'failed', found: `it is of ${resource}`, mend: PROXY }
      })
    }),
  )
}
