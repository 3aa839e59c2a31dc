import type { Emulator, Fault, FaultPlace } from 'oauth-machines/emulator'

/** What goes wrong, and where. */
export interface Act {
  readonly place: FaultPlace
  readonly fault: Fault
}

/** Faults for the emulator, by name, so that one can be taken back while the others are still to come. */
export interface Script {
  /** Whether a fault of this name is still to be played. */
  holds(name: string): boolean
  /** Each act that is played once needs a fault object of its own: by that it is known in the journal. */
  add(name: string, acts: readonly Act[]): void
  takeBack(name: string): void
}

export function createScript(emulator: Emulator): Script {
  let lines: (Act & { readonly name: string })[] = []
  // The journal keeps the very object of a fault that was played; one without end is never over.
  const isOpen = ({ place, fault }: Act) =>
    place.times === Infinity || emulator.journal.every((entry) => entry.fault !== fault)

  return {
    holds: (name) => lines.some((line) => line.name === name && isOpen(line)),

    add(name, acts) {
      for (const { place, fault } of acts) {
        lines.push({ name, place, fault })
        emulator.fault(place, fault)
      }
    },

    takeBack(name) {
      lines = lines.filter((line) => line.name !== name && isOpen(line))
      emulator.clearFaults()
      for (const { place, fault } of lines) emulator.fault(place, fault)
    },
  }
}
