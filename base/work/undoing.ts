/** Does work that is on record. What fails is undone, or else left for recovery. @throws what `work` throws */
export async function undoing<T>(work: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    await undo().catch(() => {})
    throw err
  }
}
