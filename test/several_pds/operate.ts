import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import type { Network } from '../../lab/world/network.ts'
import type { CommandInput, CommandName } from '../../operator/commands/index.ts'

/** Runs an operator's command on the running program. */
export async function operate<N extends CommandName>(
  { url, vestibule }: Network,
  name: N,
  input: CommandInput<N>,
): Promise<Response> {
  const { operatorToken } = await loadSecrets(readSettings(vestibule.env))
  return fetch(`${url}/_operator/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
}
