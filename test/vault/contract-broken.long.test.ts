import { describe, expect, it } from 'vitest'
import { BrokenPromise, type VaultContractOptions, vaultContract } from '../../src/vault/contract/index.ts'
import { memoryVault } from '../../src/vault/memory.ts'
import * as broken from '../support/contract/broken-vaults.ts'

const { findsWhere, looksThenActs, renames, renamesLeases, revises, shares, spoilsLeases, stores, storesText } = broken

type Row = [
  fault: string,
  caughtBy: string,
  spoil: broken.Spoil,
  options?: Partial<VaultContractOptions> & { each?: true },
]

const never = async () => {}
const withTheirOwner = { endsLeases: 'with their owner' } as const

const records: Row[] = [
  [
    'is another storage for each who opens it',
    'what one vault object has written another reads',
    () => memoryVault(),
    { each: true },
  ],
  [
    'reads nothing of its own',
    'what one vault object has written another reads',
    () => ({ read: async () => undefined }),
  ],
  [
    'makes up a record where there is none',
    'read resolves with undefined for a name that was never written',
    (good) => ({ read: async (name) => (await good.read(name)) ?? { record: {}, revision: '0' } }),
  ],
  [
    'lists whoever was read',
    'read resolves with undefined for a name that was never written',
    (good) => {
      const asked = new Set<string>()
      return {
        read: (name) => good.read(asked.add(name) && name),
        list: async () => [...(await good.list()), ...asked],
      }
    },
  ],
  ...(
    [
      ['normalises text', storesText((text) => text.normalize('NFC'))],
      ['loses empty texts', storesText((text) => text.replaceAll(':""', ':null'))],
      ['loses null', storesText((text) => text.replaceAll(':null', ':0'))],
      ['loses what is not printed', storesText((text) => text.replaceAll('\\u0000', ''))],
      ['keeps one byte of a character', storesText((text) => text.replaceAll(/[\u0100-\uffff]/g, '?'))],
      ['rounds numbers', storesText((text) => text.replaceAll('0.1', '0'))],
      ['loses a member', stores(({ wantsRevoke: _, ...record }) => record)],
      ['adds a member', stores((record) => ({ ...record, savedAt: 1 }))],
      ['makes undefined of what is not there', stores((record) => ({ savedAt: undefined, ...record }))],
    ] as const
  ).map(([fault, spoil]): Row => [fault, 'a record reads back as it was written, every member of it', spoil]),
  [
    'reads another revision than was written',
    'a record reads back as it was written, every member of it',
    (good) => ({
      read: async (name) => {
        const entry = await good.read(name)
        return entry && { ...entry, revision: `${entry.revision} ` }
      },
      write: (name, record, revision) => good.write(name, record, revision?.trim()),
    }),
  ],
  [
    'cuts off what is long',
    'a record may be big',
    stores((record) => (JSON.stringify(record).length > 60_000 ? { ...record, asked: [] } : record)),
  ],
  [
    'merges records',
    'a record replaces the whole of the former one',
    stores((record, before) => ({ ...Object(before), ...record })),
  ],
  ['reads what it read before', 'a record replaces the whole of the former one', broken.caches, { each: true }],
  [
    'keeps the very object that was written',
    'what is changed in a record after it was written or read is not stored',
    shares('written'),
  ],
  [
    'gives out the very object that is stored',
    'what is changed in a record after it was written or read is not stored',
    shares('read'),
  ],
  ['erases nothing', 'an erased record is gone, and no other', () => ({ erase: async () => true })],
  [
    'erases all',
    'an erased record is gone, and no other',
    (good) => ({
      async erase(name, revision) {
        if (!(await good.erase(name, revision))) return false
        for (const each of await good.list()) await good.erase(each, (await good.read(each))?.revision ?? '')
        return true
      },
    }),
  ],
  [
    'erases twice',
    'an erased record is gone, and no other',
    (good) => ({ erase: async (name, revision) => (await good.erase(name, revision)) || !(await good.read(name)) }),
  ],
  ...(
    [
      ['lists nothing', () => ({ list: async () => [] })],
      ['lists twice', (good) => ({ list: async () => [...(await good.list()), ...(await good.list())] })],
      [
        'lists who has a lease',
        (good) => {
          const asked = new Set<string>()
          return {
            lease: (name, duration) => good.lease(asked.add(name) && name, duration),
            list: async () => [...new Set([...(await good.list()), ...asked])],
          }
        },
      ],
      [
        'lists who was erased',
        (good) => {
          const written = new Set<string>()
          return {
            write: (name, record, revision) => good.write(written.add(name) && name, record, revision),
            list: async () => [...written],
          }
        },
      ],
    ] satisfies [string, broken.Spoil][]
  ).map(([fault, spoil]): Row => [fault, 'list tells the names of what is stored, each once', spoil]),
]

const asides: Row[] = (
  [
    ['leaves what it sets aside', () => ({ setAside: never })],
    ['reads what it has set aside', broken.setsAside({ reads: true })],
    ['lists what it has set aside', broken.setsAside({ lists: true })],
    ['finds what it has set aside', broken.setsAside({ finds: true })],
    ['sets all aside', broken.setsAside({ all: true })],
    ['takes back what it has set aside', broken.setsAside({ takesBack: true })],
  ] satisfies [string, broken.Spoil][]
).map(([fault, spoil]): Row => [fault, 'what is set aside is out of the way, where the vault can do that', spoil])

const revisions: Row[] = [
  [
    'lets the last writer win',
    'a write with a stale revision is refused',
    (good) => ({ write: async (name, record) => good.write(name, record, (await good.read(name))?.revision) }),
  ],
  [
    'stores what it refuses',
    'a write with a stale revision is refused',
    (good) => ({
      async write(name, record, revision) {
        const written = await good.write(name, record, revision)
        if (written === undefined) await good.write(name, record, (await good.read(name))?.revision)
        return written
      },
    }),
  ],
  [
    'takes undefined for any revision',
    'a write that expects nothing is refused where there is a record',
    (good) => ({
      write: async (name, record, revision) => good.write(name, record, revision ?? (await good.read(name))?.revision),
    }),
  ],
  [
    'takes any revision where there is nothing',
    'a write that expects a record is refused where there is none',
    (good) => ({
      write: async (name, record, revision) => good.write(name, record, (await good.read(name)) ? revision : undefined),
    }),
  ],
  [
    'erases whatever the revision is',
    'an erase with a stale revision is refused',
    (good) => ({ erase: async (name) => good.erase(name, (await good.read(name))?.revision ?? '') }),
  ],
  [
    'takes a hash of the record for its revision',
    'a revision is never used again, not for the same record and not after an erase',
    revises((_, record) => JSON.stringify(record)),
  ],
  [
    'counts from one again after an erase',
    'a revision is never used again, not for the same record and not after an erase',
    revises((_, __, count) => String(count)),
  ],
  [
    'counts from one again after an erase',
    'a revision from before an erase is refused after the next write',
    revises((_, __, count) => String(count)),
  ],
  [
    'has an empty revision',
    'a write with a stale revision is refused',
    revises((_, __, count) => (count === 1 ? '' : String(count))),
  ],
]

const names: Row[] = (
  [
    ['takes lower case for upper', (name) => name.toLowerCase()],
    ['composes names', (name) => name.normalize('NFC')],
    ['takes compatible letters for the same', (name) => name.normalize('NFKD')],
    ['trims names', (name) => name.trim()],
    ['takes 255 characters', (name) => name.slice(0, 255)],
    ['reads names as paths', broken.asPath],
    ['takes an object for a map', (name) => (name in {} ? 'native code' : name)],
    ['takes _ for any character', (name) => name.replaceAll('_', '?')],
    ['unescapes names', (name) => name.replaceAll('%20', ' ')],
    ['knows devices', (name) => (/^(?:con|nul)$/i.test(name) ? 'device' : name)],
    ['knows no backslash', (name) => name.replaceAll('\\', '/')],
  ] satisfies [string, (name: string) => string][]
).flatMap(([fault, rename]): Row[] => [
  [fault, 'names that differ at all are different connections, and listed as they are', renames(rename)],
  [`${fault}, for leases`, 'names that differ at all have leases of their own', renamesLeases(rename)],
])
names.push([
  'lists names as it escapes them',
  'names that differ at all are different connections, and listed as they are',
  (good) => ({ list: async () => (await good.list()).map((name) => name.replaceAll('/', '%2F')) }),
])

const finding: Row[] = [
  ['finds nothing', 'find tells which connection waits for a state', () => ({ find: async () => undefined })],
  ['finds any', 'find tells which connection waits for a state', findsWhere((stored) => stored !== '\uffff')],
  [
    'finds only what the same object wrote',
    'find tells which connection waits for a state',
    (good) => {
      const own = new Set<string>()
      return {
        write: (name, record, revision) => good.write(own.add(name) && name, record, revision),
        async find(state) {
          const name = await good.find(state)
          return name !== undefined && own.has(name) ? name : undefined
        },
      }
    },
    { each: true },
  ],
  ['remembers former states', 'find tells nothing once the record has moved on', broken.remembersStates('all')],
  [
    'remembers the states of refused writes',
    'a refused write makes nothing to be found',
    broken.remembersStates('refused'),
  ],
  ...(
    [
      ['finds by prefix', findsWhere((stored, asked) => stored.startsWith(asked))],
      ['finds by the end', findsWhere((stored, asked) => stored.endsWith(asked))],
      ['finds what begins so', findsWhere((stored, asked) => asked.startsWith(stored))],
      ['finds whatever the case', findsWhere((stored, asked) => stored.toLowerCase() === asked.toLowerCase())],
      ['finds what is composed differently', findsWhere((stored, asked) => stored.normalize() === asked.normalize())],
      ['finds whatever blanks are around', findsWhere((stored, asked) => stored === asked.trim())],
      [
        'finds by pattern',
        findsWhere((stored, asked) => asked === '%' || (asked.endsWith('_') && stored.startsWith(asked.slice(0, -1)))),
      ],
      [
        'finds anywhere in a record',
        findsWhere((stored, asked, record) => stored === asked || JSON.stringify(record).includes(`"${asked}"`)),
      ],
      ['finds by name', findsWhere((stored, asked, _, name) => stored === asked || name === asked)],
      [
        'finds who waits for nothing',
        findsWhere((stored, asked) => stored === asked || (asked === 'undefined' && stored === '\uffff')),
      ],
    ] satisfies [string, broken.Spoil][]
  ).map(([fault, spoil]): Row => [fault, 'find compares the whole state and nothing but the state', spoil]),
  [
    'finds by the text of a record, unescaped',
    'a state may hold any character',
    findsWhere((_, asked, record) => JSON.stringify(record).includes(`"state":"${asked}"`)),
  ],
  [
    'finds by 255 characters',
    'a state may hold any character',
    (good) => ({ find: (state) => good.find(state.slice(0, 255)) }),
  ],
]

const leases: Row[] = [
  [
    'gives each object leases of its own',
    'a lease is for one at a time, in each vault object that shares the storage',
    broken.leasesApart,
    { each: true },
  ],
  [
    'gives a lease to whoever asks',
    'a lease is for one at a time, in each vault object that shares the storage',
    () => ({ lease: async () => ({ renew: async () => true, release: never }) }),
  ],
  [
    'never says that it is leased',
    'a lease is for one at a time, in each vault object that shares the storage',
    () => ({ isLeased: async () => false }),
  ],
  [
    'says that it is leased after it was released',
    'a lease is for one at a time, in each vault object that shares the storage',
    (good) => {
      const ever = new Set<string>()
      return {
        lease: (name, duration) => good.lease(ever.add(name) && name, duration),
        isLeased: async (name) => ever.has(name),
      }
    },
  ],
  ['has one lease for all names', 'a lease is for one name', renamesLeases(() => 'the lease')],
  [
    'keeps others from writing under a lease',
    'a lease holds up no reader and no writer',
    (good) => ({
      write: async (name, record, revision) =>
        (await good.isLeased(name)) ? undefined : good.write(name, record, revision),
    }),
  ],
  [
    'keeps leases in records',
    'a lease holds up no reader and no writer',
    (good) => ({
      async lease(name, duration) {
        const entry = await good.read(name)
        if (entry) await good.write(name, Object(entry.record), entry.revision)
        return good.lease(name, duration)
      },
    }),
  ],
  [
    'ends a lease with its record',
    'a lease holds up no reader and no writer',
    (good) => {
      const ended = new Set<string>()
      return {
        erase: async (name, revision) => (await good.erase(name, revision)) && ended.add(name) !== undefined,
        isLeased: async (name) => !ended.has(name) && good.isLeased(name),
      }
    },
  ],
  ...(
    [
      ['a lease that was released is not prolonged, and its second release harms nobody', 'after its release'],
      ['a lease that was lost is not prolonged, and its release harms nobody', 'after it was lost'],
    ] as const
  ).flatMap(([caughtBy, when]): Row[] => [
    [
      `says that a lease is renewed ${when}`,
      caughtBy,
      spoilsLeases((lease) => ({ renew: async () => (await lease.renew()) || true })),
    ],
    [
      `renews ${when} what is free`,
      caughtBy,
      spoilsLeases((lease, good, name, duration) => ({
        renew: async () => (await lease.renew()) || (await good.lease(name, duration)) !== undefined,
      })),
    ],
    [
      `releases ${when} what another holds`,
      caughtBy,
      (good) => {
        const holders = new Map<string, { release(): Promise<void> }>()
        return {
          async lease(name, duration) {
            const lease = await good.lease(name, duration)
            if (lease) holders.set(name, lease)
            return lease && { ...lease, release: async () => holders.get(name)?.release() }
          },
        }
      },
    ],
  ]),
  [
    'never ends a lease',
    'a lease that is not renewed ends after its duration and not before',
    (good) => ({ lease: (name) => good.lease(name, 600_000) }),
  ],
  [
    'counts seconds',
    'a lease that is not renewed ends after its duration and not before',
    (good) => ({ lease: (name, duration) => good.lease(name, Math.floor(duration / 1_000) * 1_000) }),
  ],
  [
    'ends a lease too soon',
    'a lease that is not renewed ends after its duration and not before',
    (good) => ({ lease: (name, duration) => good.lease(name, duration * 0.8) }),
  ],
  [
    'says of a lease that has ended that it is held',
    'a lease that is not renewed ends after its duration and not before',
    (good) => ({ lease: (name) => good.lease(`${name} `, 200), isLeased: async () => true }),
  ],
  [
    'renews nothing',
    'a lease that is renewed lasts beyond its duration',
    spoilsLeases(() => ({ renew: async () => true })),
  ],
  [
    'says that a renewed lease is lost',
    'a lease that is renewed lasts beyond its duration',
    spoilsLeases((lease) => ({ renew: async () => (await lease.renew()) && false })),
  ],
  ...['a lease does not end because the clock is set ahead', 'a lease ends in time though the clock is set back'].map(
    (caughtBy): Row => ['ends leases by a clock that can be set', caughtBy, broken.leasesByDate],
  ),
  ['ends leases by time', 'a lease is kept while its owner lives, renewed or not', () => ({}), withTheirOwner],
]

const together: Row[] = [
  ['looks, then writes', 'no change is lost among 8 who count one record up 25 times each', looksThenActs.write],
  ['looks, then writes', 'of 8 who take one pending authorization one gets it', looksThenActs.write],
  ['looks, then writes the first', 'of 8 who write the first record one succeeds', looksThenActs['first write']],
  ['looks, then erases', 'of 8 who write or erase the same revision one succeeds', looksThenActs.erase],
  ['looks, then leases', 'of 8 who ask for one lease one gets it', looksThenActs.lease],
  ['looks, then leases', 'no two hold one lease at once, over 80 rounds of 8 who want it', looksThenActs.lease],
]

const watching: Row[] = [
  ['is deaf', 'watch hears what another vault object writes and erases', () => ({ watch: () => () => {} })],
  [
    'hears no erase',
    'watch hears what another vault object writes and erases',
    (good) => {
      const deaf = memoryVault()
      return {
        watch: (name, changed) => deaf.watch?.(name, changed) ?? (() => {}),
        async write(name, record, revision) {
          await deaf.write(name, record, (await deaf.read(name))?.revision)
          return good.write(name, record, revision)
        },
      }
    },
  ],
  [
    'never stops watching',
    'watch calls nobody after its end, and goes on for others',
    (good) => ({
      watch(name, changed) {
        good.watch?.(name, changed)
        return () => {}
      },
    }),
  ],
  [
    'stops all who watch',
    'watch calls nobody after its end, and goes on for others',
    (good) => {
      const stops = new Set<() => void>()
      return {
        watch(name, changed) {
          stops.add(good.watch?.(name, changed) ?? (() => {}))
          return () => {
            for (const stop of stops) stop()
          }
        },
      }
    },
  ],
  ['watches and says that it does not', 'the vault has no watch, as its options say', () => ({}), { watches: false }],
]

const rows = [...records, ...asides, ...revisions, ...names, ...finding, ...leases, ...together, ...watching]

function caseNamed(name: string, options: VaultContractOptions) {
  const found = vaultContract(options).find((each) => each.name === name)
  if (!found) throw new Error(`no case is called ${name}`)
  return found
}

describe('a vault that', () => {
  it.each(rows)(
    '%s is caught: %s',
    async (_, caughtBy, spoil, { each, ...options } = {}) => {
      const open = broken.spoilt(spoil, each ? 'object' : 'storage')
      const { run } = caseNamed(caughtBy, { open, endsLeases: 'by time', watches: true, ...options })
      const problem = await run().then(
        () => 'nothing',
        (error) => error,
      )
      expect(problem).toBeInstanceOf(BrokenPromise)
      expect(problem.cause).toBeUndefined()
      expect(problem.message).toMatch(/^[^:]+: (?:.*: )?expected .+, saw [^,]+$/)
      expect(problem.message).not.toMatch(/invented|store-|state-[0-9a-f]/)
    },
    65_000,
  )

  it('has any fault is caught by some case, and each case catches some fault', () => {
    const open = memoryVault
    const all = [
      ...vaultContract({ open, endsLeases: 'by time', watches: true }),
      ...vaultContract({ open, endsLeases: 'with their owner', watches: false }),
    ].filter(({ skip }) => skip === undefined)
    const caught = rows.map(([, caughtBy]) => caughtBy)
    expect(new Set(caught)).toEqual(new Set(all.map(({ name }) => name)))
  })
})
