import { ExitCode } from '../errors.ts'

let fault: NodeJS.ErrnoException | null = null

/** @returns whether nothing that the command still says is read */
export const isUnread = (): boolean => fault !== null

/**
 * Lets a command finish its work though what it says cannot be written. Where the reader has gone
 * (`vestibule account list | head`), that is as the operator wished. Any other fault, such as that of a full disk, is
 * told at the end, and the command has failed: what is shown once may be lost with it.
 */
export function outliveOutput(): void {
  process.stdout.on('error', (err) => {
    fault ??= err
  })
  // Nothing can be told of it.
  process.stderr.on('error', () => {})
  process.once('exit', (code) => {
    if (fault === null || fault.code === 'EPIPE') return
    console.error(`The output could not be written: ${fault.message}`)
    if (code === ExitCode.ok) process.exitCode = ExitCode.failed
  })
}

/** Resolves once all that the command said is with its reader, or cannot be. */
export async function written(): Promise<void> {
  const streams = [process.stdout, process.stderr]
  await Promise.all(
    streams.map((each) => new Promise<void>((done) => each.write('', () => done()))),
  )
}
