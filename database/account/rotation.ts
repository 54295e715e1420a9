import { RECEIVED_TOGETHER, REFRESH_HELD, REFRESH_RETRY_GRACE } from '../../base/lifetimes.ts'

/**
 * How a refresh token stands: the current one; the one before it, whose answer may have been lost; one that was made
 * use of before, in a request that is late; one that is used again; or one of which a backup may not know.
 */
export type RefreshStanding = 'current' | 'retry' | 'late' | 'reused' | 'lost'

/** A refresh token among those of its session. */
export type Rotated = {
  place: 'current' | 'last' | 'older'
  /** When the last one got its successor, ms. */
  rotatedAt: number | null
  /** The successor of the last one, if it can still be given once more. */
  sealedSuccessor: Buffer | null
  /** As it is kept of the request that gave the current one ({@link reliably}); null where nothing is kept. */
  current: Kept | null
}

/**
 * When a client made the proof of a request, seconds by its clock, and when the gateway received that request, ms. Null
 * where it made none, and where that was not kept.
 */
export type Proven = { provenAt: number | null; receivedAt: number | null }

/** As it is kept. `isOfBackup`: the client may have got later tokens, since its session is of a backup. */
export type Kept = Proven & { isOfBackup: boolean }

/** Of a request that shows a refresh token. */
export type ShownAt = Proven & {
  /** When its client first asked with it, ms, where it has asked in vain since; null where it has not. */
  inVainSince?: number | null
}

/**
 * SQL of what `received_at` becomes where a backup is restored. The time stays, without its sign: what is late is judged
 * by it, how far the client's clock is behind, and which tokens came last.
 */
export const OF_BACKUP = '-abs(coalesce(received_at, 1))'

/** What the columns keep. Of a backup `received_at` is negative; a program of before has set it to 0. */
export function keptOf({
  proven_at: provenAt,
  received_at: received,
}: {
  proven_at: number | null
  received_at: number | null
}): Kept {
  const at = Math.abs(received ?? 0)
  return {
    provenAt,
    receivedAt: at > 1 ? at : null,
    isOfBackup: received !== null && received <= 0,
  }
}

/**
 * Refresh token rotation (RFC 9700 section 4.14.2), of atproto's sessions and of OpenID's alike. The last one may be
 * presented again for {@link REFRESH_RETRY_GRACE}, since an answer can be lost on its way. Who asked with it within that
 * time, and was not answered since, is no later: an actor may be away for longer.
 *
 * A request can be held on its way, and by then its client has given up and goes on with a later token. Two things tell
 * it from one that uses a token again: a gateway received it before the request that the session went on with, so it
 * waited for an actor; or its client made its proof before that one, so a network held it. Seconds are too coarse for two
 * proofs of one second, so these say nothing, unless nothing followed. Nor does a proof that is older than a network
 * holds anything: a thief could date it back, and nobody would be told.
 *
 * Where the current one is of a backup, one that is not known may have come after it. It is as good as one that is used
 * again, but tells of no thief.
 */
export function standingOf(
  { place, rotatedAt, sealedSuccessor, current }: Rotated,
  { provenAt, receivedAt, inVainSince }: ShownAt,
  now: number,
): RefreshStanding {
  if (place === 'current') return 'current'
  const isLast = place === 'last'
  const askedAt = Math.min(now, inVainSince ?? now)
  const isFresh = rotatedAt !== null && askedAt - rotatedAt <= REFRESH_RETRY_GRACE
  if (isLast && isFresh && sealedSuccessor !== null) return 'retry'
  const { provenAt: wentOn = null, receivedAt: wentOnHere = null } = current ?? {}
  if (place === 'older' && current?.isOfBackup) return 'lost'
  if (receivedAt !== null && wentOnHere !== null) {
    // No request waits for longer; more than that is a clock that was set back.
    const ahead = wentOnHere - receivedAt
    if (ahead > RECEIVED_TOGETHER && ahead <= REFRESH_RETRY_GRACE) return 'late'
  }
  if (provenAt === null || wentOn === null) return 'reused'
  const behind = wentOnHere === null ? 0 : seconds(wentOnHere) - wentOn
  const held = seconds(receivedAt ?? now) - behind - provenAt
  if (held > seconds(REFRESH_HELD)) return 'reused'
  return provenAt < wentOn || (isLast && provenAt === wentOn) ? 'late' : 'reused'
}

/**
 * What is kept of when a proof was made. A thief of token and key may say any time; with a later one than it is,
 * what the owner sends next would look late, and would not end the thief's session. So no proof is of a later time
 * than it comes, nor further ahead than that of the rotation before, or of the exchange of the code, whose client's
 * clock may be behind.
 *
 * It comes when the gateway receives it. While an actor moves to another machine, requests wait for it: by the clock of
 * the actor each client would seem to be behind by that long, for as long as its session lasts.
 *
 * @param before what was kept then; null where the session begins
 */
export function reliably(
  before: Proven | null,
  { provenAt, receivedAt }: { provenAt: number | null; receivedAt: number },
): number | null {
  if (provenAt === null) return null
  const { provenAt: known = null, receivedAt: at = null } = before ?? {}
  const ahead = known === null || at === null ? 0 : known - seconds(at)
  return Math.min(provenAt, seconds(receivedAt) + Math.min(ahead, 0))
}

const seconds = (ms: number) => Math.floor(ms / 1_000)
