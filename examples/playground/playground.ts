import { connectViewer } from 'oauth-machines/inspect'
import { startViewer, type Viewer } from 'oauth-machines/viewer'
import { openStage, type Stage, type StageOptions } from './stage.ts'

export interface PlaygroundOptions extends StageOptions {
  /** One that runs already; it is left running. Default: one of its own, on any free port. */
  readonly viewer?: Viewer
}

export interface Playground extends AsyncDisposable, Pick<Stage, 'emulator' | 'programs' | 'clock'> {
  /** Open it in a browser: it is good once. */
  readonly link: string
  /** Another link, for another browser. */
  newLink(): string
  close(): Promise<void>
}

/**
 * The viewer with the emulator behind it: a till at Tyro Connect, a back office at SumUp POS Pro and a service at myPOS,
 * whose buttons work, and faults to play on them. Everything is on this machine's loopback.
 *
 * Rejects where the viewer's page has not been built, and under NODE_ENV=production.
 */
export async function startPlayground({ viewer: running, ...options }: PlaygroundOptions = {}): Promise<Playground> {
  await using opened = new AsyncDisposableStack()
  const viewer = running ?? opened.use(await startViewer())
  const stage = opened.use(await openStage((event) => link.inspect(event), options))
  const { emulator, programs, clock, deeds } = stage
  const link = connectViewer(viewer.hostLink, { name: 'playground', accepts: true, deeds, now: clock.now })
  opened.defer(link.close)
  stage.start()
  const closing = opened.move()
  const close = () => closing.disposeAsync()

  return {
    emulator,
    programs,
    clock,
    link: viewer.link,
    newLink: viewer.newLink,
    close,
    [Symbol.asyncDispose]: close,
  }
}
