import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { S3_ANSWER, S3_SLOWEST } from '../../../base/lifetimes.ts'

/** Bytes of an answer that is no file: a page of 1,000 keys of 1 KiB each is shorter, also where all is escaped. */
const MOST_ANSWERED = 16 * 2 ** 20

/** What a timer of Node.js takes, in milliseconds: a longer one would end at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Has a client give up on an answer that is no file, where it is longer than one can be. */
export function boundAnswers({ middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args)
        const answer = result.response as { statusCode: number; body: Readable }
        if (commandName !== 'GetObjectCommand' || answer.statusCode >= 300) {
          const bounded = atMost(MOST_ANSWERED, 'the answer')
          // What goes wrong is told by `bounded`, too, which is read.
          pipeline(answer.body, bounded).catch(() => {})
          answer.body = bounded
        }
        return result
      },
    // Nearer to the store than what reads the answer.
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  )
}

/** Passes on at most so many bytes of `what`. */
export function atMost(most: number, what: string): Transform {
  let passed = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      passed += chunk.length
      if (passed > most) done(new Error(`${what} has more than ${most} bytes, and was given up on`))
      else done(null, chunk)
    },
  })
}

/**
 * Bounds how long a request takes in all, also where the store gives or takes a byte now and then.
 *
 * @param bytes of the file that goes with it
 */
export async function inTime<T>(
  bytes: number,
  work: (options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const most = Math.min(Math.round(S3_ANSWER + bytes / S3_SLOWEST), LONGEST_TIMER)
  const abortSignal = AbortSignal.timeout(most)
  try {
    return await work({ abortSignal })
  } catch (err) {
    if (!abortSignal.aborted) throw err
    const within = `within ${Math.round(most / 1_000)} s`
    throw new Error(`it has not answered in full ${within}, and was given up on`, { cause: err })
  }
}
