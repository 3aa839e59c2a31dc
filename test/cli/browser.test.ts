import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { platform } from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const key = 'q'.repeat(43)

/** A browser that writes down what it is given, and ends as it is told. */
async function browser(name: string, code: number) {
  const [file, seen] = [join(world.folder, name), join(world.folder, `${name}.seen`)]
  const program = `#!/bin/sh\n{ echo "$1"; env; } > '${seen}.new'\nmv '${seen}.new' '${seen}'\nexit ${code}\n`
  await writeFile(file, program, { mode: 0o700 })
  const env = { BROWSER: file, OAUTH_MACHINES_CLIENT_SECRET: secret, OAUTH_MACHINES_KEY: key, SHOWN: 'yes' }
  return { env, seen }
}

async function appears(file: string): Promise<string> {
  for (let tries = 0; tries < 1_500 && !existsSync(file); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return await readFile(file, 'utf8')
}

describe.skipIf(platform !== 'linux')('the browser that --open opens', { timeout: 60_000 }, () => {
  it.each(['login', 'probe'])('gets the link, and no secret in its environment: %s', async (command) => {
    const { env, seen } = await browser(`browser-${command}`, 0)
    const words = [command, world.sumup, '--client-id', 'till', '--open', ...(command === 'probe' ? ['--yes'] : [])]
    const running = world.start(words, { env })
    const text = await appears(seen)
    expect(text).toContain(`${await running.says(/Link: (\S+)\n/)}\n`)
    expect(text).toContain('SHOWN=yes\n')
    expect(text).not.toMatch(/OAUTH_MACHINES/)
    for (const one of [secret, key]) expect(text).not.toContain(one)
    await running.kill('SIGINT')
    expect(running.err()).not.toContain('No browser')
  })

  it('that fails is told of', async () => {
    const { env } = await browser('broken', 3)
    const login = world.start(['login', world.sumup, '--client-id', 'till', '--connection', 'two', '--open'], { env })
    await login.says(/(No browser could be opened: open the link yourself\.)/)
    await login.kill('SIGINT')
  })
})
