import { createClient, mypos, sumupPosPro, tyro } from 'oauth-machines'
import { createEmulator } from 'oauth-machines/emulator'
import { runBackOffice, runService, runTill } from './flows.ts'
import { sitAtBrowser, standAtTill } from './merchant.ts'
import { printTable, type Row } from './table.ts'
import { show } from './view.ts'

/**
 * Three providers in real time, against servers on this machine whose lifetimes are short: a till whose first code expires
 * and whose server asks it to slow down, a back office whose browser comes back, a service that needs nobody.
 */
await using emulator = createEmulator({
  tyro: { interval: 1, codeLifetime: 10, accessTokenLifetime: 5 },
  sumupPosPro: { accessTokenLifetime: 8 },
  mypos: { accessTokenLifetime: 6 },
})
const origin = await emulator.listen()
const options = { allowLoopbackHttp: true }

const till = createClient(emulator.provider(tyro), { clientId: 'demo-pos' }, options).connect('store-17/till-3')
const office = createClient(
  emulator.provider(sumupPosPro),
  { clientId: 'demo-office', clientSecret: 'demo-secret', redirectUri: 'http://127.0.0.1/callback' },
  options,
).connect('store-17')
const service = createClient(
  emulator.provider(mypos),
  { clientId: 'demo-service', clientSecret: 'demo-secret' },
  options,
).connect('payouts')

standAtTill(till, emulator)
sitAtBrowser(office, emulator)
slowDownSecondCode()

console.log(`Three emulated servers listen on ${origin}; nothing leaves this machine.`)
const rows: Row[] = [
  { title: tyro.name, provider: tyro.id, connection: till, run: () => runTill(till), states: [] },
  {
    title: sumupPosPro.name,
    provider: sumupPosPro.id,
    connection: office,
    run: () => runBackOffice(office),
    states: [],
  },
  { title: mypos.name, provider: mypos.id, connection: service, run: () => runService(service), states: [] },
]
for (const { connection, states } of rows) connection.on('transition', ({ to }) => states.push(to))

const view = show(rows)
const outcomes = await Promise.allSettled(rows.map(({ run }) => run()))
view.close()
await Promise.all(rows.map(({ connection }) => connection.stop()))
printTable(rows, emulator.journal)
for (const outcome of outcomes) if (outcome.status === 'rejected') console.error(outcome.reason)
process.exitCode = outcomes.every(({ status }) => status === 'fulfilled') ? 0 : 1

/** The first poll of the second code is told to slow down. */
function slowDownSecondCode(): void {
  let codes = 0
  till.on('prompt.changed', ({ prompt }) => {
    if (prompt && ++codes === 2)
      emulator.fault(
        { provider: 'tyro', endpoint: 'token' },
        {
          kind: 'status',
          status: 429,
          body: { error: 'slow_down', error_description: 'You are polling faster than…' },
        },
      )
  })
}
