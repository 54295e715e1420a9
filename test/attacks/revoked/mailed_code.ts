import { expect, vi } from 'vitest'
import type { AppInProcess } from '../../../lab/world/app/app.ts'

/** The code in the newest mail to an address. */
export async function readCodeIn(app: AppInProcess, address: string): Promise<string> {
  return vi.waitFor(async () => {
    const mails = await app.readMails()
    const mine = mails.filter(({ to }) => to?.some((one) => one.address === address))
    const code = mine.at(-1)?.text?.match(/[A-Z2-7]{5}-[A-Z2-7]{5}/)?.[0]
    expect(code).toBeDefined()
    return code as string
  }, 60_000)
}
