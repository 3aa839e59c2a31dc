import { describe, expect, it } from 'vitest'
import { type Observation, parseRecording, recorder, storiesOf } from '../../src/inspect/index.ts'

const at = Date.UTC(2030, 0, 1)
const begun: Observation = {
  ...{ type: 'actor', at, actor: '1', name: 'store-17/till-3', machine: 'deviceCode' },
  ...{ state: 'recalling', tags: ['pending'] },
}
const moved: Observation = {
  ...{ type: 'transition', at: at + 5, actor: '1', name: 'store-17/till-3', from: 'polling', to: 'backingOff' },
  event: 'xstate.done.actor.pollToken',
  arrows: ['polling|xstate.done.actor.pollToken|backingOff'],
  tags: ['pending'],
  deadlines: { retry: at + 1_005, prompt: at + 900_000 },
  request: { endpoint: 'token', status: 503 },
  failure: 'server_unavailable',
}
const stopped: Observation = { type: 'stopped', at: at + 9, actor: '1', name: 'store-17/till-3' }
const life = [begun, moved, stopped]

function linesOf(observations: readonly Observation[]): string[] {
  const lines: string[] = []
  const record = recorder((line) => lines.push(line))
  for (const observation of observations) record(observation)
  return lines
}
const textOf = (observations: readonly Observation[]) => `${linesOf(observations).join('\n')}\n`
const header = linesOf(life)[0] ?? ''

describe('a recorder', () => {
  it('writes a header when something is seen, and then an observation a line', () => {
    expect(linesOf([])).toEqual([])
    expect(linesOf([begun, stopped])).toEqual([
      `{"type":"recording","version":1,"at":${at}}`,
      `{"type":"actor","at":${at},"actor":"1","name":"store-17/till-3","machine":"deviceCode","state":"recalling","tags":["pending"]}`,
      `{"type":"stopped","at":${at + 9},"actor":"1","name":"store-17/till-3"}`,
    ])
  })

  it('writes one line, whatever a connection is called', () => {
    const name = 'a\nb\r\u2028"{"type":"recording",\ud800'
    const lines = linesOf([{ ...begun, name }])
    expect(lines.join('')).not.toMatch(/[\n\r]/)
    expect(parseRecording(lines.join('\n'))).toEqual({ observations: [{ ...begun, name }], problems: [] })
  })

  it('begins with a header also where the first line could not be written', () => {
    const lines: string[] = []
    let isFull = true
    const record = recorder((line) => {
      if (isFull) throw new Error('disk full')
      lines.push(line)
    })
    expect(() => record(begun)).toThrow('disk full')
    isFull = false
    record(moved)
    expect(parseRecording(lines.join('\n'))).toEqual({ observations: [moved], problems: [] })
  })
})

describe('a recording is read', () => {
  it.each([
    ['as it was written', textOf(life)],
    ['without an end of its last line', textOf(life).trimEnd()],
    ['with the ends of lines of Windows', textOf(life).replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\uFEFF${textOf(life)}`],
    ['with empty lines', `\n${textOf(life).replaceAll('\n', '\n \n')}\n`],
    ['with members that are not known', textOf(life).replaceAll('}\n', ',"later":{"a":1}}\n')],
  ])('%s', (_, text) => {
    expect(parseRecording(text)).toEqual({ observations: life, problems: [] })
  })

  it('to the story that was observed', () => {
    expect(storiesOf(parseRecording(textOf(life)).observations)).toEqual(storiesOf(life))
  })
})

describe('a recording that is damaged', () => {
  it.each([
    ['another text', 'hello\nworld\n'],
    ['observations without a header', linesOf(life).slice(1).join('\n')],
    ['a header without a version', '{"type":"recording","at":0}\n'],
    ['a header with an odd version', '{"type":"recording","version":"1","at":0}\n'],
    ['a version that never was', '{"type":"recording","version":0,"at":0}\n'],
    ['null', 'null\n'],
  ])('is refused with one problem where it is %s', (_, text) => {
    const { observations, problems } = parseRecording(text)
    expect(observations).toEqual([])
    expect(problems).toEqual([{ line: expect.any(Number), reason: expect.stringMatching(/no recording/) }])
  })

  it.each([
    ['nothing', ''],
    ['empty lines', '\n\n'],
  ])('says that it is empty where it is %s', (_, text) => {
    expect(parseRecording(text)).toEqual({ observations: [], problems: [{ line: 1, reason: 'The file is empty.' }] })
  })

  it.each(['x', '7', '{', '{}'])('tells a thousand lines that are %j, and how many more there were', (damaged) => {
    const [first, ...rest] = linesOf(life)
    const { observations, problems } = parseRecording(
      [first, ...Array(2_500).fill(damaged), ...rest, damaged].join('\n'),
    )
    expect(observations).toEqual(life)
    expect(problems).toHaveLength(1_001)
    expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 1_001 }, (_, index) => index + 2))
    expect(problems.at(-1)?.reason).toBe('From this one on, 1501 lines could not be read.')
  })

  it('tells each of a thousand lines, and no more', () => {
    const { problems } = parseRecording(`${header}\n${'{}\n'.repeat(1_000)}`)
    expect(problems.at(-1)).toEqual({ line: 1_001, reason: 'The line is no observation.' })
  })

  it('is read soon where lines are no observation at a glance', () => {
    const timeOf = (line: string) => {
      const begun = performance.now()
      parseRecording(`${header}\n${line.repeat(50_000)}`)
      return performance.now() - begun
    }
    // About a tenth, since no error is made. Somebody else may be at work meanwhile: the best of three.
    expect(Math.min(...['x\n', 'x\n', 'x\n'].map(timeOf))).toBeLessThan(timeOf('{\n') / 3)
  })

  it('is refused where it is newer', () => {
    const text = textOf(life).replace('"version":1', '"version":2')
    expect(parseRecording(text)).toEqual({
      observations: [],
      problems: [{ line: 1, reason: expect.stringMatching(/newer version/) }],
    })
  })

  it('keeps all but its last line, wherever that broke off', () => {
    const text = textOf(life).trimEnd()
    const last = text.lastIndexOf('\n') + 1
    for (let length = last + 1; length < text.length; length++)
      expect(parseRecording(text.slice(0, length))).toEqual({
        observations: life.slice(0, 2),
        problems: [{ line: 4, reason: expect.stringMatching(/broke off/) }],
      })
  })

  it.each([
    ['no JSON', '{"type"', /no JSON/],
    ['another object', '{"type":"other"}', /no observation/],
    ['a number', '7', /no observation/],
    ['null', 'null', /no observation/],
    ['an array', '[]', /no observation/],
    ['an observation without a state', JSON.stringify({ ...begun, state: undefined }), /no observation/],
    ['an unknown failure', JSON.stringify({ ...moved, failure: 'marker' }), /no observation/],
    ['a deep nest', `{"a":${'['.repeat(100_000)}`, /no JSON/],
    ['another text', 'hello', /no observation/],
  ])('tells the number of a line that is %s, and reads on', (_, line, reason) => {
    const [first = '', ...rest] = linesOf(life)
    const text = [first, rest[0], line, ...rest.slice(1)].join('\r\n')
    expect(parseRecording(text)).toEqual({
      observations: life,
      problems: [{ line: 3, reason: expect.stringMatching(reason) }],
    })
  })

  it('never throws, whichever bytes are changed', () => {
    const text = textOf(life)
    for (let index = 0; index < text.length; index++)
      for (const other of ['', '\n', '"', '{', '\0', '\ud800'])
        expect(() => parseRecording(text.slice(0, index) + other + text.slice(index + 1))).not.toThrow()
  })
})

describe('a file that several runs were written to', () => {
  const others = [begun, { ...begun, actor: '2' }, stopped, { ...stopped, actor: '2' }]

  it('takes no actor for one of an earlier run', () => {
    const { observations, problems } = parseRecording(textOf(others) + textOf(life) + textOf(life))
    expect(problems).toEqual([])
    expect(observations.map(({ actor }) => actor).join('')).toBe('1212333444')
    expect(storiesOf(observations).size).toBe(4)
  })

  it('loses no more than the line that broke off when the power failed', () => {
    const broken = textOf(life).trimEnd().slice(0, -20)
    const { observations, problems } = parseRecording(broken + textOf(life))
    expect(observations.map(({ type, actor }) => `${type} ${actor}`)).toEqual([
      ...['actor 1', 'transition 1'],
      ...['actor 2', 'transition 2', 'stopped 2'],
    ])
    expect(problems).toEqual([{ line: 4, reason: expect.stringMatching(/broke off/) }])
  })

  it('is read up to a run of a newer version', () => {
    const newer = header.replace('"version":1', '"version":2')
    const { observations, problems } = parseRecording(`${textOf(life)}${newer}\n${textOf(life)}`)
    expect(observations).toEqual(life)
    expect(problems).toEqual([{ line: 5, reason: expect.stringMatching(/newer version/) }])
  })

  it('keeps the actors of its first run as they were called', () => {
    const named = life.map((observation) => ({ ...observation, actor: 'x:7' }))
    expect(parseRecording(textOf(named)).observations).toEqual(named)
    expect(storiesOf(parseRecording(textOf(named) + textOf(life)).observations).size).toBe(2)
  })
})
