import {
  AuthRequiredError,
  InvalidRequestError,
  ResponseType,
  UpstreamFailureError,
  XRPCError,
} from '@atproto/xrpc-server'
import { LeftForLaterError, Refusal, type RefusalCode, UnavailableError } from '../base/errors.ts'
import { hasRoomFor } from '../base/watching/event_log.ts'
import type { Log } from '../base/watching/log.ts'
import { logFault } from '../base/watching/request_fault.ts'
import { isOverloaded } from '../http/overload.ts'
import { calledFrom } from '../http/requester.ts'
import { MailError } from '../mail/error.ts'
import { PdsRefusal } from '../pds/client.ts'

/**
 * Throws this program's errors as the XRPC errors that the reference PDS answers with.
 *
 * @throws {XRPCError}
 */
export function toXrpcError(err: unknown): never {
  if (err instanceof Refusal) throw fromRefusal(err)
  if (err instanceof PdsRefusal) throw fromPds(err)
  if (err instanceof LeftForLaterError) throw new UpstreamFailureError(err.notice)
  if (err instanceof UnavailableError || err instanceof MailError) {
    throw new UpstreamFailureError(
      'A service that is needed for this does not answer; try again later',
    )
  }
  throw err
}

/**
 * Says in the log why a method failed, of which its caller reads no more than that. Of a mail that could not be sent there is
 * a line already. Who signs a service JWT chooses who is asked for the key of it, so strangers have methods fail as
 * often as they like.
 */
export function noteFault(log: Log, nsid: string, err: unknown): void {
  const isSaid = NO_FAULTS.some((each) => err instanceof each) || isOverloaded()
  if (isSaid || !hasRoomFor(log, 'method_failed', calledFrom()?.address)) return
  logFault(log, err, `${nsid} failed`)
}

const NO_FAULTS = [Refusal, PdsRefusal, XRPCError, MailError]

/** What the lexicons and the reference call a reason otherwise; null where they have no name for it. */
const NAMES: Partial<Record<RefusalCode, string | null>> = {
  DisallowedTld: 'InvalidHandle',
  EmailTaken: null,
  HandleTaken: 'HandleNotAvailable',
  InvalidPassword: null,
  OffensiveHandle: 'InvalidHandle',
  ReservedHandle: 'HandleNotAvailable',
  // Clients know this one: they refresh, and are told to sign in.
  SignedOut: 'ExpiredToken',
  SignUpClosed: null,
  SignUpUnderWay: null,
  UnresolvableHandle: null,
}

function fromPds({ status, message, error }: PdsRefusal): XRPCError {
  return status === ResponseType.RateLimitExceeded
    ? new XRPCError(status, message, error)
    : new InvalidRequestError(message, error)
}

function fromRefusal({ code, message }: Refusal): XRPCError {
  switch (code) {
    case 'AuthenticationRequired':
    case 'AuthFactorTokenRequired':
    case 'AccountTakedown':
      return new AuthRequiredError(message, code)
    case 'RateLimitExceeded':
      return new XRPCError(ResponseType.RateLimitExceeded, message, code)
    default: {
      const name = NAMES[code] === undefined ? code : NAMES[code]
      return new InvalidRequestError(message, name ?? undefined)
    }
  }
}
