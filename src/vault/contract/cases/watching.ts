import type { Vault } from '../../vault.ts'
import { expectSame, expectSome } from '../broken.ts'
import type { Cases } from '../case.ts'
import { blank, freshName } from '../samples.ts'
import { eventually, pause } from '../time.ts'

/** How long a change may take to be heard before another is made, in milliseconds. */
const SOON = 700
/** How long a call that is late may still come, in milliseconds. */
const LATE = 300
/** A call may be missing, but not so many in a row: after some two seconds one must have come. */
const CHANGES = 3

/** For a vault that says that it can tell of changes. */
export const watching: Cases = {
  'watch hears what another vault object writes and erases': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const ear = listen(one, name)
    try {
      await hears('a write', ear, () => write(other, name))
      await pause(LATE)
      await hears(
        'an erase',
        ear,
        () => erase(other, name),
        () => fill(other, name),
      )
    } finally {
      ear.stop()
    }
  },

  'watch calls nobody after its end, and goes on for others': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const [ended, goesOn] = [listen(one, name), listen(one, name)]
    try {
      await hears('a write', ended, () => write(other, name))
      ended.stop()
      await pause(LATE)
      const before = ended.calls
      await hears('a write, after another watcher has ended', goesOn, () => write(other, name))
      await pause(LATE)
      expectSame('how many calls come after the end of watching', ended.calls - before, 0)
    } finally {
      ended.stop()
      goesOn.stop()
    }
  },
}

export const unwatched: Cases = {
  'the vault has no watch, as its options say': async ({ open }) => {
    expectSame('a vault with options.watches false has watch', (await open()).watch !== undefined, false)
  },
}

interface Ear {
  calls: number
  stop: () => void
}

/** Counts the calls. */
export function listen(vault: Vault, name: string): Ear {
  const ear: Ear = { calls: 0, stop: () => {} }
  // Asked as a method: a vault may be of a class.
  const stop = vault.watch?.(name, () => {
    ear.calls++
  })
  ear.stop = expectSome('a vault with options.watches true has watch', stop, 'what ends watching')
  return ear
}

/** Makes a change and waits for a call, a few times; what is called while preparing does not count. */
export async function hears(
  what: string,
  ear: Ear,
  change: () => Promise<void>,
  prepare = async () => {},
): Promise<void> {
  for (let changes = 1; ; changes++) {
    await prepare()
    const before = ear.calls
    await change()
    try {
      await eventually(`watch hears ${what}`, SOON, async () => (ear.calls > before ? true : undefined))
      return
    } catch (error) {
      if (changes === CHANGES) throw error
    }
  }
}

async function write(vault: Vault, name: string): Promise<void> {
  await vault.write(name, blank(), (await vault.read(name))?.revision)
}

/** There must be something that can be erased; the calls for it are awaited. */
async function fill(vault: Vault, name: string): Promise<void> {
  if (await vault.read(name)) return
  await write(vault, name)
  await pause(LATE)
}

async function erase(vault: Vault, name: string): Promise<void> {
  const entry = await vault.read(name)
  if (entry) await vault.erase(name, entry.revision)
}
