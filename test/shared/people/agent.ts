import { AtpAgent } from '@atproto/api'
import type { Credentials } from '../../../lab/clients/headless_sign_in.ts'

/** Signs somebody up with an agent that goes on asking `service`, not the PDS of the DID document. */
export async function agentAt(service: string, person: Credentials): Promise<AtpAgent> {
  const agent = new AtpAgent({ service })
  await agent.createAccount(person)
  agent.sessionManager.pdsUrl = undefined
  return agent
}
