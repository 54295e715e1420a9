import { giveToOwnerOf, wouldMakeRoots } from '../../base/files/ownership.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { missingForUse, readSettings } from '../../base/settings/settings.ts'
import { assertNew, writeEnvFile } from '../env_file.ts'
import { pdsSettings, toLines } from '../pds/settings_for_pds.ts'
import type { Output } from '../terminal/output.ts'
import { type Answers, askForSettings, settingsFromOptions } from './answers.ts'
import { UnfinishedAnswers } from './unfinished_answers.ts'

export type InitOptions = Partial<Answers> & {
  yes?: boolean
  file: string
  force?: boolean
  dev?: boolean
}

/** It is not started as root, who made the settings. */
const START_AS_USER = 'as the user of that folder, such as by the unit of docs/deploy.md'

/** Writes the settings file and the secrets of an installation that begins. */
export async function init(options: InitOptions, output: Output): Promise<void> {
  assertNew(options.file, options.force === true)
  const unfinished = new UnfinishedAnswers(options.file)
  const values = options.yes
    ? await settingsFromOptions(options, output)
    : await askForSettings(options, unfinished, output)
  const settings = readSettings(values)
  // Before the settings file: where their folder cannot be made, none is left that the next try would have to replace.
  const secrets = await loadSecrets(settings)
  await writeEnvFile(options.file, values)
  giveToOwnerOf(settings.dataDir, options.file)
  await unfinished.remove()
  const start = wouldMakeRoots(settings.dataDir) ? START_AS_USER : 'npx -y pnpm@10 start'
  const forPds = settings.embeddedPds ? null : pdsSettings({ settings, secrets })
  output.result({ file: options.file, pdsSettings: forPds }, () =>
    [
      `Settings are in ${options.file}, keys in ${settings.dataDir}/secrets: keep both to yourself.`,
      '',
      ...(forPds === null
        ? ['A PDS of its own runs inside the program.', '', `Start it: ${start}`]
        : [
            'Add these lines to the settings of the PDS and restart it:',
            '',
            toLines(forPds),
            '',
            `Then start the entryway: ${start}`,
          ]),
      ...missingForUse(settings),
    ].join('\n'),
  )
}
