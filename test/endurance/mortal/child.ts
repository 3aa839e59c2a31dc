import { createGate } from './gate.ts'
import type { Command, Plan, Word } from './plan.ts'
import { createClient, createEnvironment, type FlowSnapshot, fileVault, rawKey, type Vault } from './product.ts'

/** One till, office or service in a process of its own: the real client on the real vault, until it is killed. */
const plan: Plan = JSON.parse(process.argv[2] ?? '{}')
const say = (word: Word) => process.send?.(word)
const gate = createGate(plan.point, () => say({ kind: 'here' }))
const files = fileVault(plan.directory, { key: rawKey(Buffer.from(plan.key, 'hex')) })
const options = {
  // Without chance, so that each wait is as long as in the last run.
  environment: createEnvironment({ fetch: gate.fetch, random: () => 0 }),
  vault: gate.guard(tellingWishes(files)),
  allowLoopbackHttp: true,
}
const connection = createClient(plan.provider, plan.registration, options).connect('till')

function tellingWishes(vault: Vault): Vault {
  return {
    ...vault,
    async write(name, record, revision) {
      const stored = await vault.write(name, record, revision)
      if (stored !== undefined && record.wantsRevoke) say({ kind: 'wish stored' })
      return stored
    },
  }
}

function describe({ value, context }: FlowSnapshot): Word {
  const { prompt, token, endedBecause, retryAt } = context
  return {
    kind: 'state',
    at: Date.now(),
    state: String(value),
    endedBecause,
    userCode: prompt?.kind === 'device' ? prompt.userCode : undefined,
    loginUrl: prompt?.kind === 'redirect' ? prompt.url.open() : undefined,
    expiresAt: prompt?.expiresAt,
    retryAt,
    refreshAt: token?.refreshAt,
    tokenExpiresAt: token?.expiresAt,
  }
}

async function carryOut(command: Command): Promise<void> {
  if (command.do === 'send') connection.send(command.event)
  // What becomes of it is seen by the states.
  if (command.do === 'adopt') await connection.adopt({ refreshToken: command.refreshToken }).catch(() => {})
  if (command.do === 'token') {
    const accessToken = await connection.accessToken({ timeout: 5_000 }).catch(() => undefined)
    say({ kind: 'token', ...(accessToken !== undefined && { accessToken }) })
  }
}

process.on('message', carryOut)
// Whoever has started it is gone.
process.on('disconnect', () => process.exit())
connection.actor.subscribe((snapshot: FlowSnapshot) => say(describe(snapshot)))
say(describe(connection.actor.getSnapshot()))
