import { cpus, loadavg } from 'node:os'
import type { Sample } from './probe.ts'
import type { Traffic } from './traffic.ts'
import type { Verdict } from './verdict.ts'

export type Soak = {
  minutes: number
  samples: Sample[]
  traffic: Traffic
  verdicts: Verdict[]
  /** Measured after a time without requests that is longer than an account stays awake. */
  rest: Sample
  /** Lines of the log that are warnings or worse. */
  complaints: string[]
}

/** Writes docs/soak.md. */
export function report({ minutes, samples, traffic, verdicts, rest, complaints }: Soak): string {
  const total = [...traffic.counts.values()].reduce((sum, count) => sum + count, 0)
  const step = Math.max(1, Math.floor(samples.length / 15))
  const shown = samples.filter((_, index) => index % step === 0)
  const [cpu] = cpus()
  return `# Soak

What \`pnpm soak --minutes ${minutes}\` printed: ${minutes} minutes of mixed traffic against the program, in
front of a stock PDS, with PLC and SMTP; all on one machine (${cpus().length} × ${cpu?.model.trim()}, Node.js
${process.version}; load average at the end ${loadavg()[1]?.toFixed(1)}, so ${
    (loadavg()[1] ?? 0) > cpus().length + 1 ? 'busy with other work, too' : 'nothing else ran'
  }).

${total} actions (${(total / minutes / 60).toFixed(1)} a second), ${traffic.errors.length} errors, ${complaints.length} warnings in the log.

| action | times |
| --- | ---: |
${[...traffic.counts].map(([action, count]) => `| ${action} | ${count} |`).join('\n')}

Level, that is, at most 1.1 times the median of the middle third in the last third:

| | middle third | last third | level |
| --- | ---: | ---: | --- |
${verdicts
  .map(
    (v) =>
      `| ${v.question} | ${v.middle.toFixed(1)} | ${v.last.toFixed(1)} | ${v.holds ? 'yes' : '**no**'} |`,
  )
  .join('\n')}

After a time without requests, longer than an account stays awake: ${rest.databases} account databases open, ${
    rest.descriptors
  } file descriptors, ${rest.timers} timers, ${rest.heap.toFixed(1)} MiB of live heap.

| minute | resident, MiB | live heap, MiB | files | account databases | timers | lag p99, ms |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${shown
  .map((s) => {
    const minute = ((samples.indexOf(s) + 1) * minutes) / samples.length
    return `| ${minute.toFixed(1)} | ${s.rss.toFixed(0)} | ${s.heap.toFixed(1)} | ${s.descriptors} | ${s.databases} | ${s.timers} | ${s.lag.toFixed(0)} |`
  })
  .join('\n')}
`
}
