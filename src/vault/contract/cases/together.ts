import { stateOf } from '../../state.ts'
import type { Vault } from '../../vault.ts'
import { expectRevision, expectSame } from '../broken.ts'
import type { Bench, Cases } from '../case.ts'
import { contend, increment, LONG, take } from '../jobs.ts'
import { blank, freshName, freshState, generationOf, waiting } from '../samples.ts'
import { pause } from '../time.ts'

const MANY = 8

/** Many at once, each with a vault object of its own, in this process. */
export const together: Cases = {
  'no change is lost among 8 who count one record up 25 times each': async (bench) => {
    const [vaults, name] = [await openMany(bench), freshName()]
    await vaults[0]?.write(name, blank(0), undefined)
    await Promise.all(vaults.map((vault) => increment(vault, name, 25)))
    for (const vault of vaults)
      expectSame('what 200 increments have counted', generationOf((await vault.read(name))?.record), 200)
  },

  'of 8 who write the first record one succeeds': async (bench) => {
    const vaults = await openMany(bench)
    for (let round = 0; round < 5; round++) {
      const name = freshName()
      const revisions = await Promise.all(vaults.map((vault, index) => vault.write(name, blank(index), undefined)))
      expectSame('how many of 8 first writes succeed', howMany(revisions), 1)
      const winner = revisions.findIndex((revision) => revision !== undefined)
      expectSame('whose first write is read', generationOf((await vaults[0]?.read(name))?.record), winner)
    }
  },

  'of 8 who write or erase the same revision one succeeds': async (bench) => {
    const vaults = await openMany(bench)
    for (let round = 0; round < 5; round++) {
      const name = freshName()
      const revision = expectRevision('write', await vaults[0]?.write(name, blank(0), undefined))
      const change = async (vault: Vault, index: number) =>
        (index + round) % 2
          ? (await vault.erase(name, revision)) || undefined
          : vault.write(name, blank(index), revision)
      expectSame('how many of 8 changes succeed', howMany(await Promise.all(vaults.map(change))), 1)
    }
  },

  'of 8 who take one pending authorization one gets it': async (bench) => {
    const vaults = await openMany(bench)
    for (let round = 0; round < 5; round++) {
      const [name, state] = [freshName(), freshState()]
      await vaults[0]?.write(name, waiting(state), undefined)
      const takes = async (vault: Vault) => {
        const entry = await vault.read((await vault.find(state)) ?? '')
        return (entry && stateOf(entry.record) === state && (await take(vault, name, entry.revision))) || undefined
      }
      expectSame('how many of 8 take one pending authorization', howMany(await Promise.all(vaults.map(takes))), 1)
      expectSame('find of a state whose authorization was taken', await vaults[0]?.find(state), undefined)
    }
  },

  'of 8 who ask for one lease one gets it': async (bench) => {
    const [vaults, name] = [await openMany(bench), freshName()]
    for (let round = 0; round < 10; round++) {
      const leases = await Promise.all(vaults.map((vault) => vault.lease(name, LONG)))
      expectSame('how many of 8 get one free lease', howMany(leases), 1)
      for (const lease of leases) await lease?.release()
    }
  },

  'no two hold one lease at once, over 80 rounds of 8 who want it': async (bench) => {
    const [vaults, name] = [await openMany(bench), freshName()]
    let inside = 0
    const work = async () => {
      expectSame('how many others hold a lease that was had', inside, 0)
      inside++
      await pause(1)
      inside--
    }
    await Promise.all(vaults.map((vault) => contend(vault, name, 10, work)))
  },
}

const openMany = ({ open }: Bench) => Promise.all(Array.from({ length: MANY }, open))

const howMany = (found: readonly unknown[]) => found.filter((each) => each !== undefined).length
