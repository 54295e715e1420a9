/** A key-value store in the shape that the OAuth client asks for, gone when the process ends. */
export function memoryStore<V>() {
  const values = new Map<string, V>()
  return {
    get: (key: string) => values.get(key),
    set: (key: string, value: V) => void values.set(key, value),
    del: (key: string) => void values.delete(key),
  }
}
