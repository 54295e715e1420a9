import { setTimeout } from 'node:timers/promises'
import type { HostedInstallation } from './installation.ts'
import { canDelay, cutOff, delay, type Host, heal, hurry, lose } from './lan.ts'

/** Milliseconds that something is away of which there is only one. */
const AWAY = 10_000

/** Something that goes wrong, and how it is mended. */
export type Fault = {
  name: string
  /** Whether the rest has to serve before it is mended. */
  isSurvived: boolean
  begin(): Promise<void> | void
  mend(): Promise<void> | void
}

/** Every kind of process is killed and cut off. Says what this machine cannot do. */
export function faultsOf({ parts, leader }: HostedInstallation, hosts: Host[]): Fault[] {
  const host = (name: string) => hosts.find((one) => one.name === name) as Host
  const survived = (
    name: string,
    which: () => string,
    begin: (one: string) => Promise<void> | void,
    mend: (one: string) => Promise<void> | void,
  ): Fault => {
    let chosen = ''
    return {
      name,
      isSurvived: true,
      begin: () => {
        chosen = which()
        return begin(chosen)
      },
      mend: () => mend(chosen),
    }
  }
  const kill = (name: string, which: () => string) =>
    survived(
      `kill ${name}`,
      which,
      (one) => parts[one]?.kill(),
      (one) => parts[one]?.start(),
    )
  const cut = (name: string, which: () => string, from?: string) =>
    survived(
      `cut off ${name}${from ? ` from ${from}` : ''}`,
      which,
      (one) => cutOff(host(one), from ? [host(from)] : undefined),
      (one) => heal(host(one)),
    )
  const once = (name: string, begin: () => Promise<void> | void, end: Fault['mend']): Fault => ({
    name: `${name} for ${AWAY / 1_000} s`,
    isSurvived: false,
    begin: async () => {
      await begin()
      await setTimeout(AWAY)
      await end()
    },
    mend: () => {},
  })
  const all = (name: string, begin: (one: Host) => void, mend: (one: Host) => void): Fault => {
    const each = hosts.filter((one) => one.name !== 'world')
    return {
      name,
      isSurvived: true,
      begin: () => each.forEach(begin),
      mend: () => each.forEach(mend),
    }
  }
  const other = () => (leader() === 'engine-0' ? 'engine-1' : 'engine-0')
  const leading = 'the engine node that leads'
  const [first] = hosts as [Host]
  if (!canDelay(first))
    console.log('Left out: 20 ms more for each packet: no netem in this kernel\n')
  return [
    kill('gateway-0', () => 'gateway-0'),
    cut('gateway-1', () => 'gateway-1'),
    kill('runner-0', () => 'runner-0'),
    cut('runner-1', () => 'runner-1'),
    kill(leading, leader),
    cut(leading, leader),
    kill('the other engine node', other),
    cut('the other engine node', other),
    ...['postgres', 'nats'].flatMap((name) => [
      cut(leading, leader, name),
      once(
        `kill ${name}`,
        () => parts[name]?.kill(),
        () => parts[name]?.start(),
      ),
      once(
        `cut off ${name}`,
        () => cutOff(host(name)),
        () => heal(host(name)),
      ),
    ]),
    all('lose 1 of 100 packets', lose, heal),
    ...(canDelay(first) ? [all('20 ms more for each packet', delay, hurry)] : []),
  ]
}
