import type { OAuthApp } from '../clients/oauth_app.ts'
import type { Network } from '../world/network.ts'
import type { Person } from './person.ts'

/** Of whom something is proved, and where to say that it is not so. */
export type Proof = {
  person: Person
  app: OAuthApp
  network: Network
  patience: number
  report: (sentence: string) => void
}
