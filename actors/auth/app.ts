import type { EndingTeller } from '../../http/endings.ts'
import type { Answer, AuthActor, RequestEnvelope } from '../../http/envelope.ts'
import type { Actors } from '../reach.ts'
import type { Runner } from '../runner.ts'
import type { OwnEndings } from './own_endings.ts'
import type { Owners } from './owners.ts'

/** What an auth actor gives the application that it runs. */
type AppPlace = {
  runner: Runner
  actors: Actors
  owners: Owners
  endings: OwnEndings
  /** Number of this auth actor, from 0. */
  number: number
}

/** A request whose route was found. */
export type ReadRequest = {
  /** The number of the auth actor that has to answer it, or null where any may. */
  answerer: number | null
  answer(): Promise<Answer>
}

/** The application that the auth actors run; the registry hands it in. */
export type App = EndingTeller &
  Pick<AuthActor, 'areOpen'> & {
    read(envelope: RequestEnvelope): ReadRequest
    /** Has a DID document fetched anew when it is next asked for. */
    forgetDocument(did: string): Promise<void>
    /** Reads anew which PDSes there are. */
    refreshPdses(): Promise<void>
    close(): void
  }

export type CreateApp = (place: AppPlace) => Promise<App>
