/** Counts what is open, in all and by address. */
export class Tally {
  readonly #by = new Map<string, number>()
  #all = 0

  get all(): number {
    return this.#all
  }

  of(address: string): number {
    return this.#by.get(address) ?? 0
  }

  add(address: string): void {
    this.#all++
    this.#by.set(address, this.of(address) + 1)
  }

  remove(address: string): void {
    this.#all--
    const left = this.of(address) - 1
    if (left > 0) this.#by.set(address, left)
    else this.#by.delete(address)
  }
}
