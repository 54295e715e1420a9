import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { SettingsError } from '../../base/errors.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { writeEnvFile } from '../env_file.ts'

/** A PDS is a setting of several parts. */
const PDS_PARTS = { ENTRYWAY_PDS_DID: 'did:web:example.com', ENTRYWAY_PDS_ADMIN_PASSWORD: '-' }

/** Whether the program will take one setting, by its own rules; why not. */
export function isSettingRight(
  variable: string,
  value: string,
  { ENTRYWAY_DEV, ENTRYWAY_PUBLIC_URL, ENTRYWAY_PDS_URL }: Record<string, string | undefined>,
): true | string {
  try {
    const beside = variable.startsWith('ENTRYWAY_PDS_') ? { ...PDS_PARTS, ENTRYWAY_PDS_URL } : {}
    readSettings({ ENTRYWAY_DEV, ENTRYWAY_PUBLIC_URL, ...beside, [variable]: value })
    return true
  } catch (err) {
    if (!(err instanceof SettingsError)) throw err
    const prefix = `${variable}: `
    const line = err.lines.find((one) => one.startsWith(prefix))
    return (
      line === undefined ||
      line
        .slice(prefix.length)
        .replace('ENTRYWAY_DEV=1', 'ENTRYWAY_DEV=1 (stop, then go on with init --dev)')
    )
  }
}

/** What was answered before `init` was interrupted, in a file for its owner only. */
export class UnfinishedAnswers {
  readonly path: string

  /** @param file the settings file that is being made */
  constructor(file: string) {
    this.path = `${file}.unfinished`
  }

  read(): Record<string, string> {
    if (!existsSync(this.path)) return {}
    return parseEnv(readFileSync(this.path, 'utf8')) as Record<string, string>
  }

  async keep(answers: Record<string, string>): Promise<void> {
    await writeEnvFile(this.path, answers)
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true })
  }
}
