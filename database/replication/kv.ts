/**
 * The key-value storage of one actor in the engine: linearisable, a batch is written as a whole or
 * not at all. Keys are text, values bytes.
 */
export type Kv = {
  /** In the order of `keys`. */
  get(keys: string[]): Promise<(Uint8Array | null)[]>
  put(entries: [string, Uint8Array][]): Promise<void>
  /** In the order of the keys. */
  list(prefix: string): Promise<[string, Uint8Array][]>
  delete(keys: string[]): Promise<void>
}

/** What may be asked of it by those who only read. */
export type KvReader = Pick<Kv, 'get' | 'list'>

/** Bytes of a value; the engine takes 128 KiB. */
export const MAX_VALUE = 128 * 1024
/** Entries of a batch; the engine takes 128. */
const MAX_ENTRIES = 100
/** Bytes of a batch with its keys; the engine takes 976 KiB. */
export const MAX_BATCH = 900 * 1024

/** Splits entries, in order, into batches that the engine takes. */
export function inBatches(entries: [string, Uint8Array][]): [string, Uint8Array][][] {
  const batches: [string, Uint8Array][][] = []
  let size = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    const bytes = entry[0].length + entry[1].length
    if (size + bytes > MAX_BATCH || (batches.at(-1)?.length ?? 0) >= MAX_ENTRIES) {
      batches.push([])
      size = 0
    }
    batches.at(-1)?.push(entry)
    size += bytes
  }
  return batches
}

/** Deletes keys, as many as there are. */
export async function deleteAll(kv: Kv, keys: string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += MAX_ENTRIES) {
    await kv.delete(keys.slice(from, from + MAX_ENTRIES))
  }
}

/** The part of `kv` whose keys begin with `prefix`. */
export function below(kv: Kv, prefix: string): Kv {
  return {
    get: (keys) => kv.get(keys.map((key) => prefix + key)),
    put: (entries) => kv.put(entries.map(([key, value]) => [prefix + key, value])),
    list: async (start) =>
      (await kv.list(prefix + start)).map(([key, value]) => [key.slice(prefix.length), value]),
    delete: (keys) => kv.delete(keys.map((key) => prefix + key)),
  }
}
