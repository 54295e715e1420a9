import type { Client } from 'undici'
import { loadSecrets } from '../../../base/secrets/secrets.ts'
import { readSettings } from '../../../base/settings/settings.ts'
import { connect, succeed } from '../../clients/lean_http.ts'
import type { Vestibule } from '../../world/vestibule/vestibule.ts'

const TIMES = 30

/** What an operator asks, ms each time. */
export type OperatorTimes = {
  /** For what the names of a few accounts begin with, and for what is in none. */
  search: number[]
  nothing: number[]
  /** A page of the list, from anywhere. */
  page: number[]
  overview: number[]
}

export async function measureOperator({ url, env }: Vestibule): Promise<OperatorTimes> {
  const { operatorToken } = await loadSecrets(readSettings(env))
  const connection = connect(url)
  const times = (command: string, input: (i: number) => object) =>
    timesOf(connection, operatorToken, command, input)
  const found = {
    search: await times('account/list', (i) => ({ search: `seeded-${100 + i}`, limit: 100 })),
    nothing: await times('account/list', (i) => ({ search: `nobody-${i}`, limit: 100 })),
    page: await times('account/list', (i) => ({ after: `did:plc:${letter(i)}`, limit: 100 })),
    overview: await times('overview', () => ({})),
  }
  await connection.close()
  return found
}

const letter = (i: number) => String.fromCharCode(97 + (i % 26))

async function timesOf(
  connection: Client,
  token: string,
  command: string,
  input: (i: number) => object,
): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < TIMES; i++) {
    const begun = performance.now()
    await succeed(connection, {
      method: 'POST',
      path: `/_operator/${command}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input(i)),
    })
    times.push(performance.now() - begun)
  }
  return times
}
