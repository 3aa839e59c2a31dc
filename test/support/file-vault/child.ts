import { createInterface } from 'node:readline'
import {
  environmentKey,
  type FileVaultOptions,
  fileVault,
  keyringKey,
  passphraseKey,
  rawKey,
} from '../../../src/vault/file/index.ts'
import { keyringKeyOf } from '../../../src/vault/file/keyring.ts'
import type { Lease } from '../../../src/vault/vault.ts'
import { VaultError } from '../../../src/vault/vault-error.ts'
import { openKernelEntry } from './kernel-keyring.ts'
import { generationOf, recordOf } from './records.ts'

/** A process with a vault of its own, which does what it is told, one line of JSON for each question and answer. */
const [directory = '', keeping = '', text = ''] = process.argv.slice(2)

function optionsOf(): FileVaultOptions {
  if (keeping === 'raw') return { key: rawKey(Buffer.from(text, 'hex')) }
  if (keeping === 'passphrase') return { key: passphraseKey(text) }
  if (keeping === 'environment') return { key: environmentKey(text) }
  if (keeping === 'keyring') return { key: keyringKey({ service: 'oauth-machines-test', account: text }) }
  if (keeping === 'kernel')
    return { key: keyringKeyOf({ service: 'oauth-machines-test', account: text }, openKernelEntry) }
  return { unsafePlaintext: true }
}

const vault = fileVault(directory, optionsOf())
const leases = new Map<string, Lease>()

/** Counts up in the record, against whoever else does. */
async function increment(name: string, times: number): Promise<number> {
  let races = 0
  for (let done = 0; done < times; races++) {
    const entry = await vault.read(name)
    const next = recordOf(generationOf(entry?.record ?? { generation: 0 }) + 1)
    if ((await vault.write(name, next, entry?.revision)) !== undefined) done++
    if (races > times * 100) throw new Error('lost every race')
  }
  return races
}

/** Takes the lease `times` times and counts up in a file that has no protection of its own. */
async function incrementUnderLease(name: string, times: number): Promise<void> {
  for (let done = 0, looks = 0; done < times && looks < times * 1_000; looks++) {
    const lease = await vault.lease(name, 10_000)
    if (!lease) continue
    const counter = `${directory}/counter.txt`
    const { readFile, writeFile } = await import('node:fs/promises')
    const count = Number(await readFile(counter, 'utf8'))
    await new Promise((resolve) => setTimeout(resolve, 1))
    await writeFile(counter, String(count + 1))
    await lease.release()
    done++
  }
}

const heard: string[] = []
const jobs: Record<string, (...given: never[]) => unknown> = {
  read: (name: string) => vault.read(name),
  write: (name: string, generation: number, revision?: string) => vault.write(name, recordOf(generation), revision),
  writeLarge: (name: string, size: number, revision?: string) =>
    vault.write(name, recordOf(1, { provider: 'x'.repeat(size) }), revision),
  setAside: (name: string) => vault.setAside(name),
  erase: (name: string, revision: string) => vault.erase(name, revision),
  find: (state: string) => vault.find(state),
  list: () => vault.list(),
  lease: async (name: string, duration: number) => {
    const lease = await vault.lease(name, duration)
    if (lease) leases.set(name, lease)
    return lease !== undefined
  },
  renew: (name: string) => leases.get(name)?.renew(),
  release: async (name: string) => (await leases.get(name)?.release()) ?? 'released',
  isLeased: (name: string) => vault.isLeased(name),
  watch: (name: string) => void vault.watch?.(name, () => heard.push(name)),
  heard: () => heard,
  forgetKey: async () => (await openKernelEntry({ service: 'oauth-machines-test', account: text })).deletePassword(),
  increment,
  incrementUnderLease,
}

/** JSON has no `undefined`. */
const present = (value: unknown) => value ?? undefined

console.log(JSON.stringify({ ready: true }))
for await (const line of createInterface({ input: process.stdin })) {
  const { job, given } = JSON.parse(line)
  try {
    console.log(
      JSON.stringify({ value: await Reflect.apply(jobs[job] ?? (() => 'no such job'), undefined, given.map(present)) }),
    )
  } catch (error) {
    const problem = error instanceof VaultError ? error.problem : String(error)
    console.log(JSON.stringify({ problem }))
  }
}
