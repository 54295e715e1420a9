type Closable = { close: () => Promise<void> }

/** Notes what was started, to be closed with the rest. */
export type Keep = <T extends Closable>(peer: T) => T

/**
 * Starts several things of which one `close` ends all, the last first. When one does not start, those
 * before it are closed.
 *
 * @param what a noun for the error when something does not end cleanly
 */
export async function startTogether<T extends object>(
  what: string,
  start: (keep: Keep) => Promise<T>,
): Promise<T & Closable> {
  const started: Closable[] = []
  const close = async () => {
    const errors: unknown[] = []
    for (const peer of started.splice(0).reverse()) {
      await peer.close().catch((error: unknown) => errors.push(error))
    }
    if (errors.length > 0) throw new AggregateError(errors, `${what} did not end cleanly`)
  }
  const keep: Keep = (peer) => {
    started.push(peer)
    return peer
  }
  try {
    return { ...(await start(keep)), close }
  } catch (error) {
    await close().catch((ending) => {
      throw new AggregateError([error, ending], `${what} did not start, and did not end cleanly`)
    })
    throw error
  }
}
