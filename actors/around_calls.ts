/**
 * The same functions, each called through `around`.
 *
 * @param around is given the call, and the name of its function
 */
export function aroundCalls<S extends object>(
  stub: S,
  around: (ask: () => unknown, name: string) => unknown,
): S {
  return new Proxy(stub, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => around(() => value.apply(target, args), String(name))
    },
  })
}

/** What `ask` answers, or `failed` in its place. It answers at once where they do. */
export function caught<T>(ask: () => T, failed: (err: unknown) => T): T {
  try {
    const answer = ask()
    return answer instanceof Promise ? (answer.catch(failed) as T) : answer
  } catch (err) {
    return failed(err)
  }
}
