import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { writeEnvFile } from '../env_file.ts'

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
