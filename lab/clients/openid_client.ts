import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import type { Network } from '../world/network.ts'
import { OPENID_CLIENT } from './headless_openid.ts'

/** Registers an OpenID client, or the lab's, at a program that runs, as the operator does. @throws {Error} */
export async function registerOpenidClient(
  { url, vestibule }: Pick<Network, 'url' | 'vestibule'>,
  client: { id: string; metadata: object } = OPENID_CLIENT,
): Promise<void> {
  const { operatorToken } = await loadSecrets(readSettings(vestibule.env))
  const response = await fetch(`${url}/_operator/openid/client-add`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(client),
  })
  if (!response.ok) throw new Error(`No OpenID client: ${await response.text()}`)
}
