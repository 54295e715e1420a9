/** An actor as its callers see it: each of its functions is a call. */
export function stubOf(call: (name: string, args: unknown[]) => Promise<unknown>): object {
  return new Proxy(
    {},
    {
      get: (_, name) =>
        // A promise that is resolved with it would ask for `then`.
        typeof name === 'string' && name !== 'then'
          ? (...args: unknown[]) => call(name, args)
          : undefined,
    },
  )
}
