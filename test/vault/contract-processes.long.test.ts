import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attempts } from '../../src/vault/contract/attempts.ts'
import { BrokenPromise, type VaultContractOptions } from '../../src/vault/contract/index.ts'
import { type Fault, open } from '../support/contract/folder-vault.ts'

const module = new URL('../support/contract/folder-vault.ts', import.meta.url)
const ofProcesses = /process/

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'contract-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

function options(fault?: Fault): VaultContractOptions {
  const processes = { module, arguments: [directory, fault] }
  return { open: () => open(directory, fault), endsLeases: 'by time', watches: true, processes }
}

const casesOf = (given: VaultContractOptions) => attempts(given).filter(({ name }) => ofProcesses.test(name))

/** The children of this process that run the kit's program. */
function children(): string[] {
  const all = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
  return all.split('\n').filter((line) => line.includes('contract/child'))
}

describe('a vault that several processes share', () => {
  const named = casesOf({ open: () => open(''), endsLeases: 'by time', watches: true, processes: { module } })

  it('has cases of its own', () => {
    expect(named.map(({ name }) => name)).toHaveLength(6)
  })

  it.each(named)(
    'keeps the contract: $name',
    async ({ name, limit }) => {
      const note = await casesOf(options())
        .find((each) => each.name === name)
        ?.attempt()
      if (name.includes('killed is free'))
        expect(note).toMatch(/^free \d+ ms after its holder was killed, of a duration of 3000 ms$/)
      expect(children()).toEqual([])
      expect(limit).toBeGreaterThan(60_000)
    },
    65_000,
  )
})

describe('a vault whose fault only several processes can tell', () => {
  const rows: [Fault, RegExp, RegExp][] = [
    ['each process looks for itself', /^no change is lost among 8 processes/, /counted: expected 200, saw \d+$/],
    [
      'each process looks for itself',
      /^of 8 processes that take/,
      /how many of 8 processes take .*: expected 1, saw [2-8]$/,
    ],
    ['each process looks for itself', /^no two of 8 processes hold/, /expected 0, saw \d+$/],
    [
      'it writes a moment later',
      /^what a process has written/,
      /is there: expected the record to be an object, saw nothing$/,
    ],
    [
      'leases never end',
      /^the lease of a process that was killed/,
      /is free: expected it within 5000 ms, saw it not yet$/,
    ],
    [
      'it waits for leases',
      /^no two of 8 processes hold/,
      /^`lease` did not answer within 5 s: expected `undefined` at once while another holds it, saw none$/,
    ],
    ['it hears only itself', /^watch hears what another process writes/, /expected it within \d+ ms, saw it not yet$/],
  ]

  it.each(rows)(
    'because %s is caught: %s',
    async (fault, caughtBy, problem) => {
      const found = casesOf(options(fault)).filter(({ name }) => caughtBy.test(name))
      expect(found).toHaveLength(1)
      const error = await found[0]?.attempt().catch((error) => error)
      expect(error).toBeInstanceOf(BrokenPromise)
      expect(error.message).toMatch(problem)
      expect(children()).toEqual([])
    },
    65_000,
  )

  it('because each looks for itself is not caught in one process', async () => {
    const given = options('each process looks for itself')
    const [increments] = attempts(given).filter(({ name }) => /^no change is lost among 8 who/.test(name))
    await increments?.attempt()
  }, 65_000)
})

describe('a child process that cannot begin', () => {
  it.each([
    ['because the module is not there', { module: new URL('./nowhere.ts', import.meta.url) }],
    ['because nothing of that name is exported', { module, export: 'nothing' }],
    ['because Node refuses its options', { module, execArgv: ['--no-such-option'] }],
  ])(
    '%s is told',
    async (_, processes) => {
      const [first] = casesOf({ ...options(), processes: { ...processes, arguments: ['MARKER'] } })
      const error = await first?.attempt().catch((error) => error)
      expect(error).toBeInstanceOf(BrokenPromise)
      expect(error.message).toMatch(/^a child process does what it is asked \(open\): expected an answer, saw /)
      expect(error.message).not.toContain('MARKER')
      expect(String(error.cause)).toMatch(/nowhere|not a function|no-such-option/)
      expect(children()).toEqual([])
    },
    65_000,
  )
})
