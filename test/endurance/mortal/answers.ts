import { vi } from 'vitest'
import type { Fault } from '../../../src/emulator/faulty-answer.ts'
import { createEmulator, type EmulatorOptions } from '../../../src/emulator/index.ts'
import type { JournalEntry } from '../../../src/emulator/journal.ts'
import { type Connection, type FlowActor, memoryVault } from '../../../src/index.ts'
import { sameTest } from '../../support/same-test.ts'
import { settle } from '../../support/stage.ts'
import { createClient, createEnvironment, type Vault, VaultError } from './product.ts'
import { type Application, type Counted, isCounted } from './stage.ts'

// The real one, taken before timers are faked.
const { setTimeout: realTimeout } = globalThis

/** The ways in which an answer is lost. */
export const losses = {
  reset: { kind: 'reset' },
  timeout: { kind: 'hang' },
  'a 502': { kind: 'html', status: 502 },
  'a 504': { kind: 'status', status: 504 },
  'broken JSON': { kind: 'malformed' },
  'a page, 200': { kind: 'html', status: 200 },
} as const satisfies Record<string, Fault>

export type Loss = keyof typeof losses

/** A flow in one process, in memory and in fake time: what happens in an hour is seen at once. */
export type Player = ReturnType<typeof assemble>

export function assemble({ provider, registration }: Application, options: EmulatorOptions = {}) {
  const emulator = createEmulator(options)
  const disk = fullDisk()
  let asking = 0
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asking++
    try {
      const answer = await emulator.fetch(input, init)
      disk.fills()
      return answer
    } finally {
      asking--
    }
  }
  const environment = createEnvironment({ fetch, random: () => 0 })
  const client = createClient(provider, registration, { environment, vault: disk.vault })
  const connection: Connection<FlowActor> = client.connect('till')
  let begun = 0

  function ending(): string {
    const { value, context } = connection.actor.getSnapshot()
    const { endedBecause } = context
    return endedBecause === undefined || endedBecause === value ? String(value) : `${value}: ${endedBecause}`
  }

  /** Lets time pass, second by second, until something is so; at most for an hour. */
  async function until(isSo: () => boolean): Promise<void> {
    const check = sameTest()
    for (let second = 0; second < 3_600; second++) {
      // Hashes are made in another thread, in real time. An answer that is on its way may be lost.
      for (let turn = 0; turn < (asking > 0 ? 50 : 500) && /preparing|exchangingCode/.test(ending()); turn++)
        await new Promise<void>((resolve) => realTimeout(resolve, 1))
      await settle()
      if (isSo()) return
      check()
      await vi.advanceTimersByTimeAsync(1_000)
    }
  }

  async function pass(seconds: number): Promise<void> {
    const check = sameTest()
    for (let second = 0; second < seconds; second++) {
      check()
      await vi.advanceTimersByTimeAsync(1_000)
      await settle()
    }
  }

  return {
    emulator,
    connection,
    disk,
    pass,
    ending,
    until,
    reaches: (end: string) => until(() => ending() === end),
    begin: () => {
      begun = emulator.journal.length
    },
    requests: (counted: Counted): readonly JournalEntry[] =>
      emulator.journal.slice(begun).filter((entry) => isCounted(entry, counted)),
    lose: (counted: Counted, loss: Loss, times: number, when: 'before' | 'after') =>
      emulator.fault({ provider: provider.id, ...counted, times }, { ...losses[loss], when }),
  }
}

/** A vault that is full for so many writes after the next answer. */
function fullDisk() {
  const memory = memoryVault()
  let next = 0
  let left = 0
  let refused = 0
  const vault: Vault = {
    ...memory,
    async write(name, record, revision) {
      if (left <= 0) return memory.write(name, record, revision)
      left--
      refused++
      throw new VaultError('full')
    },
  }
  return {
    vault,
    failsFor: (times: number) => {
      next = times
    },
    fills: () => {
      left = next
      next = 0
    },
    refused: () => refused,
  }
}
