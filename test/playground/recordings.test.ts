import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createInspector } from '../../src/inspect/inspector.ts'
import { recorder } from '../../src/inspect/recorder.ts'
import { parseRecording } from '../../src/inspect/recording.ts'
import { storiesOf } from '../../src/inspect/story.ts'
import { fakeTime } from '../support/stories.ts'
import { type RecordedStory, recordedStories, tell } from './recorded-stories.ts'

const folder = new URL('../fixtures/recordings/', import.meta.url)
const fileOf = ({ name }: Pick<RecordedStory, 'name'>) => new URL(`${name}.jsonl`, folder)
/** Writes the recordings anew, where the charts or the format were changed on purpose. */
const isUpdate = process.env.UPDATE_FIXTURES === '1'

/** Lives a story once more: what the recorder writes, and where the machine was. */
async function live(story: RecordedStory) {
  let text = ''
  const write = (line: string) => {
    text += `${line}\n`
  }
  const told = await tell(story, (now) => createInspector(recorder(write), { now }))
  return { text, ...told }
}

beforeEach(() => {
  fakeTime()
  vi.setSystemTime(Date.UTC(2026, 0, 5, 9))
})
afterEach(() => vi.useRealTimers())

describe.each(recordedStories)('the recording $name', (story) => {
  it('is what the story still looks like, line by line', async () => {
    const { text } = await live(story)
    if (isUpdate) writeFileSync(fileOf(story), text)
    expect(text.split('\n')).toEqual(readFileSync(fileOf(story), 'utf8').split('\n'))
  })

  it('replays to the same states, for the same reasons and at the same times', async () => {
    const { stays } = await live(story)
    const { observations, problems } = parseRecording(readFileSync(fileOf(story), 'utf8'))
    expect(problems).toEqual([])
    const [replayed, ...others] = storiesOf(observations).values()
    expect(others).toEqual([])
    expect(replayed?.visits.map(({ state, event, since }) => ({ state, event, since }))).toEqual(stays)
    expect(stays.length).toBeGreaterThan(4)
  })

  it('holds nothing of what went over the wire', async () => {
    const { journal } = await live(story)
    const text = readFileSync(fileOf(story), 'utf8')
    expect(journal.length).toBeGreaterThan(1)
    // Of this life; that the fixture is of one that looks the same is proved above.
    expect(text).not.toMatch(/emulated|http|Bearer|[A-Z]{4}-[A-Z]{4}/)
  })
})

describe('the folder of recordings', () => {
  it('holds one for each story, and no other', () => {
    expect(readdirSync(folder).sort()).toEqual(recordedStories.map(({ name }) => `${name}.jsonl`).sort())
  })
})
