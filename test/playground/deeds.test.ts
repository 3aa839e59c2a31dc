import { describe, expect, it } from 'vitest'
import type { Program } from '../../examples/playground/program.ts'
import { tyro } from '../../src/index.ts'
import { userCode } from '../support/stories.ts'
import { approveOffice, approveTill, arriveAt, comeBack, contextOf, play, stateOf, statesOf } from './support.ts'

const renew = (program: Program) => program.connection().send({ type: 'token.refresh' })

describe.concurrent('the playground', () => {
  it('begins with three connections that nobody has connected, and asks no server for anything', async () => {
    await using stage = await play()
    const { till, office, service, emulator, runs } = stage
    expect([till, office, service].map(({ name }) => name)).toEqual(['tyro/till-3', 'sumup/store-17', 'mypos/payouts'])
    for (const program of [till, office, service]) expect(runs(program).map(statesOf)).toEqual([['recalling', 'idle']])
    expect(emulator.journal).toEqual([])
  })

  it('offers deeds that differ by id, name their connection, and say what to watch', async () => {
    await using stage = await play()
    const { deeds, till, office, service } = stage
    const names: (string | undefined)[] = [till, office, service].map(({ name }) => name)
    expect(new Set(deeds.map(({ id }) => id)).size).toBe(deeds.length)
    for (const { connection, description } of deeds) {
      expect([...names, undefined]).toContain(connection)
      expect(description).toMatch(/Watch: .*\.$/)
      expect(description).not.toContain('undefined')
    }
    for (const name of names) expect(deeds.filter(({ connection }) => connection === name).length).toBeGreaterThan(4)
  })

  it('offers first what works from the beginning, and says of all else when it does', async () => {
    await using stage = await play()
    const { deeds, till, office, service } = stage
    for (const { name } of [till, office, service]) {
      const own = deeds.filter(({ connection, label }) => connection === name && label !== 'Ask for a token')
      const refused: string[] = []
      // The last one first, so that no outage has begun when its end is tried.
      for (const { id, run } of own.toReversed()) await (async () => run(() => {}))().catch(() => refused.unshift(id))
      expect(refused.length).toBe(name === till.name ? 3 : 2)
      expect(own.map(({ id }) => id).slice(-refused.length)).toEqual(refused)
      for (const { description } of own.slice(-refused.length)) expect(description).toMatch(/^(While|Once|During) /)
    }
    expect(deeds.find(({ connection }) => connection === service.name)?.label).toBe('Ask for a token')
  })

  it('closes its servers and stops its programs', async () => {
    await using stage = await play()
    const { origin } = new URL(stage.emulator.provider(tyro).endpoints.token)
    expect((await fetch(origin)).status).toBe(404)
    await stage.close()
    await expect(fetch(origin)).rejects.toThrow('fetch failed')
    await expect(stage.till.connection().accessToken()).rejects.toMatchObject({ code: 'stopped' })
  })
})

describe.concurrent('slow down', () => {
  it('makes the next poll wait longer, and those after it', async () => {
    await using stage = await play()
    const { till, run } = stage
    till.connection().send({ type: 'authorization.start' })
    await arriveAt(till, 'awaitingUser')
    expect(contextOf(till).pollIntervalSeconds).toBe(1)
    await run('Slow down', till)
    await arriveAt(till, 'slowDown')
    expect(contextOf(till).pollIntervalSeconds).toBe(6)
  })

  it('is refused where no code is on the screen, and where it is to come already', async () => {
    await using stage = await play()
    const { till, run } = stage
    expect(() => run('Slow down', till)).toThrow('start a login first')
    till.connection().send({ type: 'authorization.start' })
    await arriveAt(till, 'awaitingUser')
    await run('Slow down', till)
    expect(() => run('Slow down', till)).toThrow('already')
    await arriveAt(till, 'slowDown')
    await run('Slow down', till)
  })
})

describe.concurrent('a deed whose outcome is not to be seen yet', () => {
  it('says what it has done', async () => {
    await using stage = await play()
    const { till, office, run, said } = stage
    for (const label of ['Outage', 'End the outage', 'Lose the next answer']) await run(label, office)
    await run('Set the clock an hour ahead')
    till.connection().send({ type: 'authorization.start' })
    await arriveAt(till, 'awaitingUser')
    await run('Slow down', till)
    expect(said).toEqual([
      `${office.name}: its server answers 503 for 30 seconds from now.`,
      `${office.name}: the outage is over.`,
      `${office.name}: the next answer to a request for a token is lost.`,
      'The programs’ clock is an hour ahead of the servers’.',
      `${till.name}: its next poll is answered slow_down.`,
    ])
  })

  it('says nothing where it is to be seen at once', async () => {
    await using stage = await play()
    const { service, run, said } = stage
    await run('Ask for a token', service)
    await run('Restart the program', service)
    await arriveAt(service, 'authorized')
    await run('Outage', service)
    expect(said).toEqual([])
  })
})

describe.concurrent('a lost answer', () => {
  it('ends a session whose refresh token has been replaced by then', async () => {
    await using stage = await play()
    const { till, run, runs } = stage
    await approveTill(stage)
    await run('Lose the next answer', till)
    expect(() => run('Lose the next answer', till)).toThrow('already')
    await arriveAt(till, 'backingOff')
    await arriveAt(till, 'authorized')
    expect(contextOf(till)).toMatchObject({ failure: { code: 'outcome_unknown' }, token: { renewable: false } })
    expect(runs(till)[0]?.requests.slice(-2)).toMatchObject([
      { endpoint: 'token', state: 'refreshing', failure: 'network' },
      { endpoint: 'token', state: 'refreshing', status: 403, failure: 'outcome_unknown' },
    ])
  })

  it('is made good by a second refresh where the refresh token stays', async () => {
    await using stage = await play()
    const { office, run, runs } = stage
    await approveOffice(stage)
    await run('Lose the next answer', office)
    await arriveAt(office, 'backingOff')
    await arriveAt(office, 'authorized')
    expect(contextOf(office).token?.generation).toBe(2)
    expect(runs(office)[0]?.requests.map(({ status }) => status)).toEqual([200, undefined, 200])
  })

  it('ends a login whose code was used by it, and the browser is told so', async () => {
    await using stage = await play()
    const { office, run } = stage
    await run('Lose the next answer', office)
    expect((await comeBack(stage)).headers.get('location')).toBe('/callback/trouble')
    expect(stateOf(office)).toBe('failed')
    expect(contextOf(office).failure?.code).toBe('outcome_unknown')
  })

  it('costs a service nothing', async () => {
    await using stage = await play()
    const { service, run, emulator } = stage
    await run('Lose the next answer', service)
    service.connection().send({ type: 'authorization.start' })
    await arriveAt(service, 'backingOff')
    await arriveAt(service, 'authorized')
    expect(emulator.journal.map(({ fault }) => fault?.kind)).toEqual(['reset', undefined])
  })
})

describe.concurrent('an outage', () => {
  it('is waited out, and the token at hand serves on', async () => {
    await using stage = await play()
    const { office, run } = stage
    await approveOffice(stage)
    const token = await office.connection().accessToken()
    await run('Outage', office)
    await arriveAt(office, 'backingOff')
    expect(contextOf(office).failure?.code).toBe('server_unavailable')
    expect(await office.connection().accessToken()).toBe(token)
    await run('End the outage', office)
    await arriveAt(office, 'authorized')
    expect(contextOf(office).token?.generation).toBe(2)
  })

  it('meets all requests of one provider, and no other’s', async () => {
    await using stage = await play()
    const { till, service, run } = stage
    await run('Outage', till)
    till.connection().send({ type: 'authorization.start' })
    service.connection().send({ type: 'authorization.start' })
    await arriveAt(till, 'backingOff')
    await arriveAt(service, 'authorized')
  })

  it('ends by itself', async () => {
    await using stage = await play({ outage: 2_000 })
    const { service, run } = stage
    await run('Outage', service)
    service.connection().send({ type: 'authorization.start' })
    await arriveAt(service, 'backingOff')
    await arriveAt(service, 'authorized')
    expect(() => run('End the outage', service)).toThrow('no outage')
  })

  it('that was ended does not end the next one early', async () => {
    await using stage = await play({ outage: 2_000 })
    const { service, run } = stage
    await run('Outage', service)
    await run('End the outage', service)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await run('Outage', service)
    expect(() => run('Outage', service)).toThrow('lasts already')
    // The first one would have ended by now.
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(() => run('Outage', service)).toThrow('lasts already')
  })

  it('takes no other fault along when it is ended', async () => {
    await using stage = await play()
    const { till, service, run } = stage
    till.connection().send({ type: 'authorization.start' })
    await arriveAt(till, 'awaitingUser')
    await run('Slow down', till)
    await run('Outage', service)
    await run('End the outage', service)
    await arriveAt(till, 'slowDown')
  })

  it('does not bring back a fault that was played', async () => {
    await using stage = await play()
    const { office, service, run, emulator } = stage
    await run('Lose the next answer', service)
    service.connection().send({ type: 'authorization.start' })
    await arriveAt(service, 'authorized')
    await run('Outage', office)
    await run('End the outage', office)
    renew(service)
    await arriveAt(service, 'authorized')
    expect(emulator.journal.map(({ fault }) => fault?.kind)).toEqual(['reset', undefined, undefined])
  })
})

describe.concurrent('a revocation at the server', () => {
  it('is found out by one refresh that is refused', async () => {
    await using stage = await play()
    await Promise.all([approveTill(stage), approveOffice(stage)])
    for (const program of [stage.till, stage.office]) {
      await stage.run('Revoke at the server', program)
      await arriveAt(program, 'expired')
      expect(contextOf(program).failure?.code).toBe('session_expired')
    }
  })

  it('costs a service one more request', async () => {
    await using stage = await play()
    const { service, run } = stage
    await run('Ask for a token', service)
    await run('Revoke at the server', service)
    await arriveAt(service, 'authorized')
    expect(contextOf(service)).toMatchObject({ token: { generation: 2 }, failure: undefined })
  })

  it('is refused where there is no session', async () => {
    await using stage = await play()
    const { till, run } = stage
    expect(() => run('Revoke at the server', till)).toThrow('connect first')
  })
})

describe.concurrent('a clock that jumps', () => {
  it('has the programs renew tokens that the servers still take', async () => {
    await using stage = await play()
    const { till, office, service, emulator, run } = stage
    await Promise.all([approveTill(stage), approveOffice(stage), run('Ask for a token', service)])
    const first = await office.connection().accessToken()
    await run('Set the clock an hour ahead')
    for (const program of [till, office, service]) expect(contextOf(program).token?.generation).toBe(2)
    expect(emulator.accepts('sumup-pos-pro', first)).toBe(true)
  })

  it('makes the code on the screen run out', async () => {
    await using stage = await play()
    const { till, run } = stage
    till.connection().send({ type: 'authorization.start' })
    await arriveAt(till, 'awaitingUser')
    await run('Set the clock an hour ahead')
    await arriveAt(till, 'expired')
    expect(contextOf(till).failure?.code).toBe('grant_expired')
  })

  it('connects nobody who is not', async () => {
    await using stage = await play()
    const { service, run } = stage
    await run('Set the clock an hour ahead')
    expect(stateOf(service)).toBe('idle')
  })
})

describe.concurrent('a restart', () => {
  it('leaves the code on the screen, and the login goes on', async () => {
    await using stage = await play()
    const { till, run, runs, emulator } = stage
    till.connection().send({ type: 'authorization.start' })
    await arriveAt(till, 'awaitingUser')
    const before = till.connection()
    const code = userCode(before)
    await run('Restart the program', till)
    await arriveAt(till, 'awaitingUser')
    expect(till.connection()).not.toBe(before)
    expect(userCode(till.connection())).toBe(code)
    emulator.approve(code)
    await arriveAt(till, 'authorized')
    const [one, other] = runs(till)
    expect(one?.stoppedAt).toBeTypeOf('number')
    expect(other && statesOf(other).slice(0, 2)).toEqual(['recalling', 'awaitingUser'])
  })

  it('keeps a session', async () => {
    await using stage = await play()
    await approveOffice(stage)
    const token = await stage.office.connection().accessToken()
    await stage.run('Restart the program', stage.office)
    expect(await stage.office.connection().accessToken()).toBe(token)
  })

  it('is refused while another is under way', async () => {
    await using stage = await play()
    const { till, run } = stage
    const first = run('Restart the program', till)
    await expect(run('Restart the program', till)).rejects.toThrow('being restarted')
    await first
    await run('Restart the program', till)
  })
})

describe.concurrent('asking for a token', () => {
  it('connects a service, and then costs nothing', async () => {
    await using stage = await play()
    const { service, run, emulator } = stage
    await run('Ask for a token', service)
    await run('Ask for a token', service)
    expect(stateOf(service)).toBe('authorized')
    expect(emulator.journal.length).toBe(1)
  })
})
