import { loadSecrets } from '../../base/secrets.ts'
import { readSettings } from '../../base/settings.ts'
import { connect, succeed } from '../clients/lean_http.ts'
import type { Vestibule } from '../world/vestibule.ts'

const SEARCHES = 30

/** How long the operator's search takes, ms each: for names that a few accounts have, and for one that none has. */
export async function searchTimes({ url, env }: Vestibule): Promise<number[]> {
  const { operatorToken } = await loadSecrets(readSettings(env))
  const connection = connect(url)
  const times: number[] = []
  for (let i = 0; i < SEARCHES; i++) {
    const search = i % 2 === 0 ? `seeded-${100 + i}` : `nobody-${i}`
    const begun = performance.now()
    await succeed(connection, {
      method: 'POST',
      path: '/_operator/account/list',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ search, limit: 100 }),
    })
    times.push(performance.now() - begun)
  }
  await connection.close()
  return times
}
