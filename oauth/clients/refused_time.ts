import { decodeJwt } from 'jose'

const OF_TIME = ['iat', 'nbf', 'exp'] as const

/** Where a time of a JWT was refused: the time, and by how much it is wrong; else null. */
export function remarkOnTime(err: unknown, token: string): string | null {
  const { claim } = (err ?? {}) as { claim?: unknown }
  const name = OF_TIME.find((each) => each === claim)
  const time = name && claimsOf(token)[name]
  if (typeof time !== 'number') return null
  const seconds = Math.round(time - Date.now() / 1_000)
  const apart = seconds > 0 ? `${seconds} s ahead of` : `${-seconds} s behind`
  return `: "${name}" is ${time}, ${apart} the clock of this server`
}

export function claimsOf(token: string): ReturnType<typeof decodeJwt> {
  try {
    return decodeJwt(token)
  } catch {
    return {}
  }
}
