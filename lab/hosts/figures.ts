import { cpuOf } from '../bench/figures/process_figures.ts'
import { type Host, pidsOn } from './lan.ts'

/** CPU time in ms that the processes of each kind of host have used so far: `engine`, `runner`, … */
export function cpuOfHosts(hosts: Host[]): Map<string, number> {
  const used = new Map<string, number>()
  for (const host of hosts) {
    const kind = host.name.replace(/-\d+$/, '')
    for (const pid of pidsOn(host)) used.set(kind, (used.get(kind) ?? 0) + cpuIfRunning(pid))
  }
  return used
}

function cpuIfRunning(pid: number): number {
  try {
    return cpuOf(pid)
  } catch {
    return 0
  }
}
