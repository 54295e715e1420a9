import { loadSecrets } from '../../base/secrets.ts'
import { readSettings } from '../../base/settings.ts'
import type { Network } from '../world/network.ts'
import { OPENID_CLIENT } from './headless_openid.ts'

/** Registers the lab's OpenID client at a program that runs, as the operator does. @throws {Error} */
export async function registerOpenidClient({
  url,
  vestibule,
}: Pick<Network, 'url' | 'vestibule'>): Promise<void> {
  const { operatorToken } = await loadSecrets(readSettings(vestibule.env))
  const response = await fetch(`${url}/_operator/openid/client-add`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(OPENID_CLIENT),
  })
  if (!response.ok) throw new Error(`No OpenID client: ${await response.text()}`)
}
