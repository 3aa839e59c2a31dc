import type { ConnectionRecord } from '../../record.ts'
import type { Vault } from '../../vault.ts'
import { expectRevision, expectSame } from '../broken.ts'
import type { Cases } from '../case.ts'
import { blank, freshName, freshState, full, taken, waiting } from '../samples.ts'

/** A callback route finds the connection that waits for its `state`, and no other. */
export const finding: Cases = {
  'find tells which connection waits for a state': async ({ open }) => {
    const [one, other] = [await open(), await open()]
    const waits = [1, 2, 3].map(() => ({ name: freshName(), state: freshState() }))
    for (const { name, state } of waits) await one.write(name, waiting(state), undefined)
    await one.write(freshName(), blank(), undefined)
    for (const { name, state } of waits)
      for (const vault of [one, other]) await finds('a state that a connection waits for', vault, state, name)
    await finds('a state that nobody waits for', one, freshState(), undefined)
  },

  'find tells nothing once the record has moved on': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const [first, second, third] = [freshState(), freshState(), freshState()]
    const moves: [ConnectionRecord, string | undefined][] = [
      [waiting(first), first],
      [taken(1), undefined],
      [waiting(second), second],
      [waiting(third), third],
      [blank(2), undefined],
      [waiting(first), first],
    ]
    let revision: string | undefined
    for (const [record, current] of moves) {
      revision = expectRevision('write', await one.write(name, record, revision))
      for (const state of [first, second, third])
        for (const vault of [one, other])
          await finds(
            state === current ? 'the state that is waited for' : 'a state of a former record',
            vault,
            state,
            state === current ? name : undefined,
          )
    }
    await other.erase(name, revision ?? '')
    for (const vault of [one, other]) await finds('the state of an erased record', vault, first, undefined)
  },

  'a refused write makes nothing to be found': async ({ open }) => {
    const [vault, name, state, late] = [await open(), freshName(), freshState(), freshState()]
    await vault.write(name, waiting(state), undefined)
    await vault.write(name, waiting(late), undefined)
    await finds('the state of a refused write', vault, late, undefined)
    await finds('the state that a refused write would have replaced', vault, state, name)
  },

  'find compares the whole state and nothing but the state': async ({ open }) => {
    const [vault, state] = [await open(), `${freshState()}-Aé`]
    await vault.write(freshName(), blank(), undefined)
    await vault.write(freshName(), waiting(state), undefined)
    const near = [
      state.slice(0, -1),
      state.slice(1),
      `${state}x`,
      state.toLowerCase(),
      state.toUpperCase(),
      '%',
      '*',
      '_',
    ]
    near.push(state.normalize('NFD'), `${state} `, ` ${state}`, '', 'undefined', `${state.slice(0, -1)}_`, '.*')
    for (const other of near) await finds('a text that is not the whole state', vault, other, undefined)

    const elsewhere = freshState()
    for (const record of mentions(elsewhere)) await vault.write(freshName(), record, undefined)
    await vault.write(elsewhere, blank(), undefined)
    await finds('a text that stands elsewhere in a record, or is a name', vault, elsewhere, undefined)
  },

  'a state may hold any character': async ({ open }) => {
    const vault = await open()
    const ends = [
      '%',
      '_',
      '*',
      '"',
      "'",
      '\\',
      '\\"',
      '/',
      '../',
      ' ',
      '\n',
      '\u0000',
      'é',
      'e\u0301',
      '😀',
      '$x',
      'a'.repeat(4_000),
    ]
    const stem = freshState()
    const waits = ends.map((end) => ({ name: freshName(), state: stem + end }))
    for (const { name, state } of waits) await vault.write(name, waiting(state), undefined)
    for (const { name, state } of waits) await finds('a state with special characters', vault, state, name)
  },
}

async function finds(what: string, vault: Vault, state: string, name: string | undefined): Promise<void> {
  const found = await vault.find(state)
  if (name === undefined) return expectSame(`find of ${what}`, found, undefined)
  expectSame(`find of ${what} tells something`, found !== undefined, true)
  expectSame(`find of ${what} tells the name of that connection`, found === name, true)
}

/** Records that do not wait for this state, and have it everywhere else. */
function mentions(state: string): ConnectionRecord[] {
  const [all, device] = full()
  const { pending: redirect, ...rest } = all
  return [
    {
      ...blank(),
      pending: { ...redirect, verifier: state, binding: state, url: `https://provider.example/?state=${state}` },
    },
    { ...rest, client: state, tokens: { ...all.tokens, accessToken: state, extra: { state, pending: { state } } } },
    { ...device, pending: { ...device.pending, deviceCode: state, userCode: state } },
  ]
}
