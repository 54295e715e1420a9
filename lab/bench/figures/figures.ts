/** Times in ms, memory in MiB; `cpu` is the server's per request, `generatorCpu` in cores. */
export type Figures = {
  server: string
  operation: string
  inFlight: number
  errors: number
  p50: number
  p99: number
  perSecond: number
  /** Of what went on meanwhile. */
  besidePerSecond: number
  cpu: number
  /** Of the PDS inside, per request; 0 without one. */
  insideCpu: number
  peakMemory: number
  generatorCpu: number
}
