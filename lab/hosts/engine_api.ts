/** The kinds of actors that a deployment has. */
const NAMES = ['accounts', 'directory', 'auth']

/** An actor, and since when it can be reached where it is now, ms since the epoch; null while it cannot. */
export type ListedActor = { name: string; key: string; reachableSince: number | null }

/**
 * What an engine says of the actors.
 *
 * @param url of the engine
 * @throws {Error} when it does not answer within 5 s
 */
export async function listActors(url: string, token: string): Promise<ListedActor[]> {
  const listed = NAMES.map(async (name) => {
    const answer = await fetch(`${url}/actors?namespace=default&name=${name}&limit=100`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5_000),
    })
    if (!answer.ok)
      throw new Error(`The engine answers ${answer.status}, and not which actors it has`)
    const { actors } = (await answer.json()) as {
      actors: { key: string; connectable_ts: number | null }[]
    }
    return actors.map(({ key, connectable_ts: reachableSince }) => ({ name, key, reachableSince }))
  })
  return (await Promise.all(listed)).flat()
}
