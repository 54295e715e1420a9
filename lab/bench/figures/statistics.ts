/** The value below which a share of the values lies, e.g. 0.99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] as number
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}
