import { afterAll, describe, expect, it } from 'vitest'
import { memoryVault } from '../../src/index.ts'
import { describeInBrowser } from '../support/browser/testbed.ts'
import { createMembers, until } from './crowd/member.ts'
import { type Office, openOffice } from './crowd/processes.ts'
import { type Report, run } from './crowd/rounds.ts'
import { logIn, openServer, refreshesOf, type Server } from './crowd/server.ts'
import { table } from './crowd/table.ts'
import { openTabs, PATIENCE, page } from './crowd/tabs.ts'

const reports: Record<string, string | number>[] = []

function note(scenario: string, { callers, rounds, refreshes, refused, alive, longest }: Report): void {
  const [family, ms] = [alive ? 'alive' : 'revoked', Math.round(longest)]
  reports.push({ scenario, callers, rounds, refreshes, refused, family, 'longest round, ms': ms })
}

function expectOneEach(rounds: number, report: Report): void {
  expect(report.wrong).toEqual([])
  expect(report).toMatchObject({ rounds, refreshes: rounds, refused: 0, alive: true })
}

afterAll(() => {
  process.stdout.write(table(reports))
})

describe('1,000 calls in one process cause one refresh', () => {
  it.each([
    { clients: 1, connections: 1, scenario: '1 client, 1 connection' },
    { clients: 2, connections: 2, scenario: '2 clients with 2 connections each' },
  ])('of $scenario, 200 times', async ({ clients, connections, scenario }) => {
    await using server = await openServer()
    const vault = memoryVault()
    const newMembers = () => createMembers(server.provider, vault, { connections })
    const members = Array.from({ length: clients }, newMembers).flat()
    await logIn(members, server.emulator)
    const report = await run(members, { ...server, rounds: 200, calls: 1_000 / members.length })
    await Promise.all(members.map((member) => member.stop()))
    note(scenario, report)
    expectOneEach(200, report)
  })
})

describe('8 processes on one file vault cause one refresh', () => {
  /** One connects, and the others find it connected. */
  async function gather(server: Server, office: Office) {
    const members = [await office.hire()]
    await logIn(members, server.emulator)
    members.push(...(await office.hireMany(7)))
    await Promise.all(members.map((member) => member.rest('authorized', 1)))
    return members
  }

  it.each([
    { scenario: '8 processes, at once', course: { rounds: 200 } },
    { scenario: '8 processes, random delays', course: { rounds: 50, delay: 100 } },
    { scenario: '8 processes, told of no changes', course: { rounds: 50 }, deaf: true },
  ])('$scenario, $course.rounds times', async ({ scenario, course, deaf = false }) => {
    await using server = await openServer()
    await using office = await openOffice(server.provider, { deaf })
    const report = await run(await gather(server, office), { ...server, calls: 4, ...course })
    note(scenario, report)
    expectOneEach(course.rounds, report)
  })

  it('8 processes, one killed and replaced after every fifth round, 50 times', async () => {
    await using server = await openServer()
    await using office = await openOffice(server.provider)
    const members = await gather(server, office)
    const afterwards = async (round: number, ahead: number) => {
      if (round % 5 > 0) return
      const index = Math.floor(Math.random() * members.length)
      await members[index]?.kill()
      members[index] = await office.hire(ahead)
    }
    const report = await run(members, { ...server, rounds: 50, calls: 4, afterwards })
    note('8 processes, one killed after every 5th', report)
    expectOneEach(50, report)
  })

  // The reply is lost with the one who is killed: whoever comes next asks again, which a leeway allows.
  it('or two, where the one who sends it is killed and the server has a leeway, 10 times', async () => {
    await using server = await openServer({ leeway: 60 })
    await using office = await openOffice(server.provider)
    const members = await gather(server, office)
    const { emulator } = server
    const meanwhile = async () => {
      emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'hang', when: 'after' })
      const known = refreshesOf(emulator).length
      await until(() => refreshesOf(emulator).length > known, 20_000)
      const areSending = await Promise.all(members.map((member) => member.isSending()))
      const [sender] = members.splice(areSending.indexOf(true), 1)
      await sender?.kill()
      return 1
    }
    const afterwards = async (_: number, ahead: number) => {
      members.push(await office.hire(ahead))
    }
    const report = await run(members, { ...server, rounds: 10, calls: 4, atMost: 2, meanwhile, afterwards })
    note('8 processes, sender killed; leeway', report)
    expect(report).toMatchObject({ wrong: [], rounds: 10, refreshes: 20, refused: 0, alive: true })
  })
})

describeInBrowser('4 tabs on one web vault cause one refresh', page, (testbed) => {
  it.each([
    { scenario: '4 tabs, at once', course: { rounds: 200 } },
    { scenario: '4 tabs, random delays', course: { rounds: 50, delay: 100 } },
  ])(
    '$scenario, $course.rounds times',
    async ({ scenario, course }) => {
      await using tabs = await openTabs(testbed(), 4)
      const { emulator } = testbed()
      await logIn(tabs.members, emulator)
      const report = await run(tabs.members, { emulator, calls: 4, ...course })
      note(scenario, report)
      expectOneEach(course.rounds, report)
    },
    PATIENCE,
  )
})
