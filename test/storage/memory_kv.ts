import { type Kv, MAX_BATCH, MAX_VALUE } from '../../database/replication/kv.ts'

/** An actor's key-value storage as the engine has it, with what can go wrong. */
export class MemoryKv implements Kv {
  readonly values = new Map<string, Uint8Array>()
  writes = 0
  /** Called before each batch is written: may throw, or wait. */
  beforePut: (entries: [string, Uint8Array][]) => Promise<void> = async () => {}
  /** Called after each batch was written: may throw, or wait. */
  afterPut: (entries: [string, Uint8Array][]) => Promise<void> = async () => {}

  async get(keys: string[]): Promise<(Uint8Array | null)[]> {
    await turn()
    return keys.map((key) => this.values.get(key) ?? null)
  }

  async put(entries: [string, Uint8Array][]): Promise<void> {
    await this.beforePut(entries)
    await turn()
    const bytes = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
    if (entries.length > 128 || bytes > 976 * 1024 || bytes > MAX_BATCH + 1024) {
      throw new Error('The batch is too large')
    }
    if (entries.some(([, value]) => value.length > MAX_VALUE))
      throw new Error('A value is too large')
    for (const [key, value] of entries) this.values.set(key, new Uint8Array(value))
    this.writes++
    await this.afterPut(entries)
  }

  async list(prefix: string): Promise<[string, Uint8Array][]> {
    await turn()
    return [...this.values]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
  }

  async delete(keys: string[]): Promise<void> {
    await turn()
    for (const key of keys) this.values.delete(key)
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
