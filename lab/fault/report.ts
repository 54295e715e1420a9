import { cpus, loadavg } from 'node:os'
import type { Injected } from './campaign.ts'

export type Result = {
  command: string
  injected: Injected[]
  people: number
  broken: string[]
  minutes: number
}

/** Writes docs/faults.md. */
export function report({ command, injected, people, broken, minutes }: Result): string {
  const survived = injected.filter((one) => one.broken.length === 0)
  const byName = Map.groupBy(injected, ({ name }) => name)
  const rows = [...byName].map(([name, ones]) => {
    const good = ones.filter((one) => one.broken.length === 0).length
    return `| ${name} | ${good} / ${ones.length} |`
  })
  const failures = injected.flatMap((one) => one.broken.map((what) => `- ${one.name}: ${what}`))
  const [cpu] = cpus()
  return `# Faults

What \`${command}\` printed: **${survived.length} of ${injected.length} faults survived** in ${minutes.toFixed(0)} minutes
(${cpus().length} × ${cpu?.model.trim()}, Node.js ${process.version}, load average ${loadavg()[2]?.toFixed(1)}).

Three people use the program at a time: they sign up, sign in with OAuth and with a password, refresh,
revoke, change handle and address, post, add and remove an authenticator, set a new password by a mailed code,
deactivate and activate; the operator takes accounts down, lifts that, and deletes accounts; people move here. In
the middle of that the process is killed (\`SIGKILL\`), at a named step or at random. Or a server around it fails, or the disk.
Where gateway and runner are two processes, or the PDS is inside the program, one or both are killed. Then it
is started again, or the fault ends, and it is proved

- that every acknowledged sign-up can sign in, and has its repo on the PDS;
- that every acknowledged refresh token refreshes, and that of a session only one does;
- that every acknowledged post can be read and, at the end, that the event stream tells of each;
- that what was revoked, deleted or spent (sessions, codes, refresh tokens) stays so;
- that an authenticator is there with its recovery codes, or nothing of it is;
- that directory, account, PLC and PDS agree on handle and address, as acknowledged;
- that of two passwords one signs in, the one that was acknowledged, and that a new one has ended all sessions;
- that each account stands here as on the PDS, and is whole or gone: of one that was deleted the names are free;
- that no valid request was refused (4xx), and that none was granted that could not be;
- that nothing is wrong with any database (\`vestibule doctor --data\`).

At the end, when nothing may be under way any more, the same is proved of all ${people} people. For a person
whose sign-up was interrupted, it is finished, or the names are free.

*within*: in the transaction, before it is committed; *committed*: before the answer is sent;
*asked* and *answered*: while a PDS or PLC has the request, and when its answer is on the way. The disk
is full by a limit on the size of files (\`prlimit --fsize\`): every \`write\` of the process fails, which
needs no privilege and can be lifted while it runs.

What this does not show: a power cut, since the kernel lives on and keeps what was written but not
synced; several auth actors, which finish what was interrupted only after minutes; a Rivet
Engine with several runners, which \`test/engine/\` has; a PLC directory that answers
every request with success, which a stock PDS believes. Where in the traffic a fault falls is left to
chance: no two runs are alike.

| fault | survived |
| --- | ---: |
${rows.join('\n')}

${failures.length + broken.length === 0 ? 'Nothing was lost, and nothing is left over.' : ['## Not survived', '', ...failures, ...broken.map((what) => `- at the end: ${what}`)].join('\n')}
`
}
