import type { ComponentChildren } from 'preact'
import type { Host } from '../state/collected.ts'
import type { Link } from '../state/store.ts'
import { plain } from '../words/plain.ts'
import { Sign } from './icons.tsx'
import { OpenButton } from './top.tsx'

/** What stands in place of connections, where there are none. */
export function Door({ link, hosts, isRecording }: { link: Link; hosts: readonly Host[]; isRecording: boolean }) {
  if (isRecording)
    return (
      <Notice title="Nothing in this recording">
        <p>No observation could be read from it. What is wrong with it stands above.</p>
      </Notice>
    )
  if (link.is === 'refused') return <Refused because={link.because} />
  if (link.is === 'misunderstood')
    return (
      <Notice title="The viewer is of another version">
        <p>
          This page and the viewer do not understand each other. Reload the page; if that does not help, install again.
        </p>
      </Notice>
    )
  if (link.is === 'connecting') return <div class="door" />
  return <Waiting hosts={hosts} />
}

function Refused({ because }: { because: 'token' | 'session' | 'none' }) {
  return (
    <Notice title={refusals[because].title}>
      <p>{refusals[because].why}</p>
      <ol>
        <li>Look at the terminal in which the viewer runs, and open the link that it has printed last.</li>
        <li>
          If that one was used already, press <kbd>Enter</kbd> there for another one. A program of yours that has
          started the viewer gets one from <code>viewer.newLink()</code>.
        </li>
        <li>If the viewer has ended, start it again, for instance by:</li>
      </ol>
      <pre>
        <code>npx oauth-machines inspect</code>
      </pre>
    </Notice>
  )
}

const refusals = {
  token: {
    title: 'This link has been used',
    why: 'A link opens the viewer once, so that nobody who finds it later can watch. This one was used before, or it belongs to a viewer that has ended.',
  },
  session: {
    title: 'This viewer has ended',
    why: 'The viewer that this page belonged to has ended, or was started again.',
  },
  none: {
    title: 'Open the viewer by its link',
    why: 'This page shows what runs in your programs, so it opens by a link that only you have.',
  },
} as const

function Waiting({ hosts }: { hosts: readonly Host[] }) {
  const present = hosts.filter(({ isGone }) => !isGone)
  return (
    <Notice title={present.length > 0 ? 'Connected, and nothing to show yet' : 'No program is connected yet'}>
      {present.length > 0 && (
        <p>
          <strong>{present.map(({ name }) => plain(name)).join(', ')}</strong> is there. Its connections appear as soon
          as one of them does something.
        </p>
      )}
      <p>
        Give each client, or any XState actor, the inspector of this viewer. The terminal has printed the link for
        programs.
      </p>
      <pre>
        <code>
          {"import { connectViewer } from 'oauth-machines/inspect'\n\n"}
          {'const viewer = connectViewer('}
          <mark>{"'http://127.0.0.1:…/#…'"}</mark>
          {')\nconst client = createClient(tyro, registration, { '}
          <mark>inspect: viewer.inspect</mark>
          {' })'}
        </code>
      </pre>
      <p class="aside">
        Tokens, codes and secrets never come here. What a merchant must type is shown, and recorded nowhere.
      </p>
    </Notice>
  )
}

function Notice({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="door" aria-labelledby="door-title">
      <Sign />
      <h2 id="door-title">{title}</h2>
      {children}
      <div class="or">
        <OpenButton isProminent />
        <span class="aside">or drop one anywhere on this page</span>
      </div>
    </section>
  )
}
