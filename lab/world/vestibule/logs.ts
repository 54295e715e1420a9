import { UNHANDLED_REJECTION } from '../../../programs/launch.ts'

/**
 * Fails the test that caused an unhandled rejection in a program. It stands where each program is
 * ended, so that no test has to ask.
 *
 * @param logs everything that the program wrote
 * @throws {Error} with the lines that say so
 */
export function assertAllHandled(logs: string): void {
  const lines = logs.split('\n').filter((line) => line.includes(UNHANDLED_REJECTION))
  if (lines.length) throw new Error(`A promise was rejected unhandled:\n${lines.join('\n')}`)
}
