/** @param text as a PDS writes times (ISO 8601) @returns ms; null where there is none */
export function time(text: string | null): number | null {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? null : ms
}

/** @param ms null where there is none @returns as a PDS writes it */
export function iso(ms: number): string
export function iso(ms: number | null): string | null
export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
