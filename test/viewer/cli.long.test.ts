import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallPage, temporaryFolder } from '../support/viewer/folders.ts'
import { startProgram } from '../support/viewer/programs.ts'
import { dial, dialAsHost, dialAsPage, secretOf } from '../support/viewer/talker.ts'
import { testViewer } from '../support/viewer/viewers.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let built: string
let unbuilt: string

/** The sources as a package would have them, with or without a page beside them. */
async function packed(page?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oauth-machines-cli-'))
  for (const name of ['src', 'machines', 'package.json'])
    await cp(join(root, name), join(folder, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  if (page !== undefined) await cp(page, join(folder, 'viewer'), { recursive: true })
  return folder
}

beforeAll(async () => {
  await using page = await temporaryFolder(smallPage)
  built = await packed(page.path)
  unbuilt = await packed()
}, 30_000)

afterAll(async () => {
  for (const folder of [built, unbuilt]) await rm(folder, { recursive: true, force: true })
})

const type = (words: readonly string[], env: NodeJS.ProcessEnv = {}, folder = built) =>
  startProgram(join(folder, 'src/cli/main.ts'), words, {
    env: { OAUTH_MACHINES_VIEWER_KEY: '', npm_command: '', ...env },
  })

async function outcome(words: readonly string[], env?: NodeJS.ProcessEnv, folder?: string) {
  const { ended, out, err } = type(words, env, folder)
  const { code } = await ended()
  return { code, out: out(), err: err() }
}

const link = /The viewer: +(http:\/\/127\.0\.0\.1:\d+\/#[\w-]+)\n/
const hostLink = /connectViewer\('(http:\/\/127\.0\.0\.1:\d+\/#[\w-]+)'\)/

describe('oauth-machines', { timeout: 30_000 }, () => {
  it.each([['--help'], ['-h']])('tells its commands: %s', async (word) => {
    const { code, out, err } = await outcome([word])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Usage: oauth-machines <command>.*\n {2}inspect /s)
  })

  it.each([
    [[], 'Which command?'],
    [['look'], 'There is no command look.'],
    [['__proto__'], 'There is no command __proto__.'],
    [['inspect', '--colour'], "Unknown option '--colour'"],
    [['inspect', 'more'], "Unexpected argument 'more'"],
    [['inspect', '--port'], "'--port <value>' argument missing"],
    [['inspect', '--port', 'http'], '--port http is no port.'],
    [['inspect', '--port', ''], '--port  is no port.'],
    [['inspect', '--port', '65536'], 'option port (a whole number from 0 to 65535)'],
    [['inspect', '--port', '0', '--origin', 'localhost'], 'option origins ('],
    [['inspect', '--port', '0', '--origin', 'http://localhost:1', '--origin', '*'], 'option origins ('],
  ])('ends with 2 and says why, for %j', async (words, reason) => {
    const { code, out, err } = await outcome(words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(reason)
    expect(err).toContain('See oauth-machines --help.')
    expect(err).not.toContain('    at ')
  })
})

describe('oauth-machines inspect', { timeout: 30_000 }, () => {
  it('says how it is used', async () => {
    const { code, out, err } = await outcome(['inspect', '--port', '0', '--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const word of ['--port <number>', '4455', '--origin <origin>', 'OAUTH_MACHINES_VIEWER_KEY', 'Ctrl-C'])
      expect(out).toContain(word)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'opens the viewer, gives out links, and ends with 0 at %s',
    async (signal) => {
      const viewer = type(['inspect', '--port', '0'])
      const [, first = ''] = await viewer.says(link)
      const [, forHosts = ''] = await viewer.says(hostLink)
      const page = await dialAsPage(first)
      const host = await dialAsHost(forHosts, 'shop')
      await page.until(({ name }) => name === 'shop')

      viewer.child.stdin.write('\n')
      const [, second = ''] = await viewer.says(/Ctrl-C ends it\.\n\n {2}(http:\S+)\n/)
      expect(second).not.toBe(first)
      await dialAsPage(second)

      viewer.child.kill(signal)
      expect((await viewer.ended()).code).toBe(0)
      expect(viewer.out()).toMatch(/The viewer has ended\.\n$/)
      expect(viewer.err()).toBe('')
      expect(await host.ended()).toMatchObject({ code: 1001 })
      await expect(dial(first)).rejects.toThrow('ECONNREFUSED')
    },
  )

  it('tells programs its links as JSON, one object a line, and no more', async () => {
    const viewer = type(['inspect', '--port', '0', '--json'])
    const [, line = ''] = await viewer.says(/^(.*)\n/)
    const first = JSON.parse(line)
    const origin = `http://127.0.0.1:${first.port}/#`
    expect(first).toMatchObject({ version: 1, type: 'viewer', port: expect.any(Number) })
    for (const link of [first.link, first.hostLink]) expect(link.startsWith(origin)).toBe(true)
    viewer.child.stdin.write('\n')
    const [, another = ''] = await viewer.says(/^.*\n(.*)\n/)
    const second = JSON.parse(another)
    expect(second).toEqual({ ...first, link: expect.stringContaining(origin) })
    expect(second.link).not.toBe(first.link)
    viewer.child.kill('SIGTERM')
    expect((await viewer.ended()).code).toBe(0)
    expect([viewer.err(), viewer.out().trim().split('\n').length]).toEqual(['', 2])
  })

  it('goes on where nobody can type', async () => {
    const viewer = type(['inspect', '--port', '0'])
    viewer.child.stdin.end()
    const [, first = ''] = await viewer.says(link)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await dialAsPage(first)
    viewer.child.kill('SIGTERM')
    expect((await viewer.ended()).code).toBe(0)
  })

  it.each(['\n', 'SIGTERM'] as const)('ends without a stack where nobody reads on, after %j', async (what) => {
    const viewer = type(['inspect', '--port', '0'])
    await viewer.says(hostLink)
    viewer.child.stdout.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (what === '\n') viewer.child.stdin.write(what)
    else viewer.child.kill(what)
    expect(await viewer.ended()).toMatchObject({ code: what === '\n' ? 1 : 0 })
    expect(viewer.err()).toBe('')
  })

  it('takes the key from the environment, and pages of the origins that are named', async () => {
    const key = 'a-key-that-stays-the-same'
    const words = ['--port', '0', '--origin', 'http://localhost:5173', '--origin', 'https://shop.example']
    const viewer = type(['inspect', ...words], { OAUTH_MACHINES_VIEWER_KEY: key })
    const [, forHosts = ''] = await viewer.says(hostLink)
    expect(secretOf(forHosts)).toBe(key)
    for (const origin of ['http://localhost:5173', 'https://shop.example'])
      await (await dial(forHosts, { origin })).close()
    await expect(dial(forHosts, { origin: 'http://localhost:5174' })).rejects.toThrow('refused: 403')
    viewer.child.kill('SIGTERM')
    await viewer.ended()
  })

  it('says what is wrong with a key, and not the key', async () => {
    const { code, err } = await outcome(['inspect', '--port', '0'], { OAUTH_MACHINES_VIEWER_KEY: 'marker-short' })
    expect(code).toBe(2)
    expect(err).toContain('option key (22 to 200 letters, digits, - and _)')
    expect(err).not.toContain('marker-short')
  })

  it('ends with 1 where the port is taken, and says what to do', async () => {
    const other = await testViewer()
    const { port } = new URL(other.link)
    const { code, out, err } = await outcome(['inspect', '--port', port])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(new RegExp(`^startViewer, option port \\(${port} is taken\\): .*Choose another one, .*\\n$`))
  })

  it('ends with 1 where the page has not been built', async () => {
    const { code, err } = await outcome(['inspect', '--port', '0'], {}, unbuilt)
    expect(code).toBe(1)
    expect(err).toContain('has not been built')
  })
})
