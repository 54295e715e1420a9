import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { readSettings } from '../../base/settings/settings.ts'
import { count } from '../../base/time/in_words.ts'
import { offline } from '../action.ts'
import { CliError, ExitCode } from '../errors.ts'
import { table } from '../terminal/table.ts'
import type { UpgradeReport } from '../upgrade/check.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export function addUpgradeCommand(program: Command): void {
  program
    .command('upgrade')
    .summary('Say what is newer, and what an upgrade would change')
    .description(
      'Say what is newer, what its changelog says, and whether the databases would change; nothing is changed',
    )
    .option('--check', 'look, which is all it does: docs/deploy.md says how to upgrade')
    .action(
      offline<{ check?: boolean }>(async (output, _args, { check }) => {
        if (!check) throw new CliError(HOW, ExitCode.wrongUsage)
        const { checkUpgrade } = await import('../upgrade/check.ts')
        const bar = output.progress('Databases')
        const report = await checkUpgrade({
          ...{ root: ROOT, settings: readSettings(process.env), onProgress: bar.update },
        }).finally(bar.stop)
        output.result(report, tell)
      }),
    )
}

const HOW = 'It only looks: vestibule upgrade --check. How to upgrade: docs/deploy.md, "Upgrades"'

function tell({ isNewer, here, there, commits, changelog, databases, pds }: UpgradeReport): string {
  const ours = placeOf(here)
  if (!isNewer) return `Nothing newer than ${ours} here: ${there.from} has ${placeOf(there)}.`
  const ahead = commits === null ? '' : `, ${count(commits, 'commit')} ahead`
  return [
    `${placeOf(there)} is newer than ${ours} here: ${there.from}${ahead}.`,
    ...(changelog.length === 0 ? ['Its changelog says nothing new.'] : []),
    ...changelog.map(({ title, entries }) => [title, ...entries].join('\n\n')),
    ofDatabases(databases),
    ...(pds ? [`The PDS inside goes from ${pds.here} to ${pds.there}, and with it its data.`] : []),
    'How to upgrade, and to come back: docs/deploy.md, "Upgrades". It begins with a backup.',
  ].join('\n\n')
}

const placeOf = ({ version, commit }: UpgradeReport['here']) =>
  commit === null ? version : `${version} (${commit.slice(0, 7)})`

const CHANGES = {
  none: 'nothing',
  changed: 'brought to it when next used; this program refuses it then',
  refused: 'refused: they are newer',
  unknown: 'it does not say',
} as const

function ofDatabases(databases: UpgradeReport['databases']): string {
  if (databases === null) {
    return 'The databases are in the engine: whether they would change is not looked at.'
  }
  const some = databases.filter(({ here }) => here.length > 0)
  if (some.length === 0) return 'There are no databases yet.'
  return table(
    ['databases', 'schemas here', 'its schema', 'what happens'],
    some.map(({ kind, here, there, change }) => [
      kind,
      here.map(({ version, databases }) => `${version} (${databases})`).join(', '),
      there ?? '',
      CHANGES[change],
    ]),
  )
}
