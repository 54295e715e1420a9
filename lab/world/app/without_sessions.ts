import type { AuthActor } from '../../../http/envelope.ts'

/** What an auth actor has of sessions, for one that knows of none. */
export const withoutSessions: Pick<AuthActor, 'areOpen' | 'tellers'> = {
  areOpen: async (sessions) => sessions.map(() => true),
  tellers: async () => [],
}
