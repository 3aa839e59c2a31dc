import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPlace, type Place } from './support/processes.ts'

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const { engines } = JSON.parse(text('package.json'))

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

/** A Node that says that it is another one. */
function nodeCalled(version: string): NodeJS.ProcessEnv {
  const lie = `
    import { syncBuiltinESMExports } from 'node:module'
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })
    syncBuiltinESMExports()`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(lie)}` }
}

it.each(['18.0.0', '20.20.2', '22.11.0'])('Node %s is told what is needed, in one line', async (version) => {
  const err = `oauth-machines needs Node ${engines.node.replace('>=', '')} or newer; this is ${version}.\n`
  expect(await place.run(['--version'], { env: nodeCalled(version) })).toEqual({ code: 1, out: '', err })
})

it.each(['22.12.0', '23.0.0', '100.1.0'])('Node %s is new enough', async (version) => {
  expect(await place.run(['--version'], { env: nodeCalled(version) })).toMatchObject({ code: 0, err: '' })
})

it('an older Node gets as far as that: what it links has long been there', () => {
  expect(text('src/cli/main.ts').match(/^import .*$/gm)).toEqual(["import { versions } from 'node:process'"])
})
