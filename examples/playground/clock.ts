/** The clock of this machine, as its programs see it. The servers have one of their own, which is always right. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Sets it ahead by so many milliseconds. */
  jump(span: number): void
}

export function createClock(): Clock {
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    jump(span) {
      ahead += span
    },
  }
}
