import { plain } from '../../plain-text.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Settings } from '../../registration.ts'
import { version } from '../version.ts'
import type { Question, Told } from './finding.ts'

/** Says what a probe will do, before it is done. */
export function planOf(
  { name }: Provider,
  questions: readonly Question[],
  { requests, logins, costs }: { requests: number; logins: number; costs: readonly string[] },
): string {
  const person =
    logins === 0
      ? 'Nobody has to log in.'
      : `Somebody has to log in, up to ${logins === 1 ? 'once' : `${logins} times`}.`
  return [
    `A probe of ${plain(name)}: it asks ${questions.length} questions with ${requests} requests at the most, one after the other.`,
    `${person} It has a session of its own, and touches no connection that is stored here.`,
    ...costs.map((cost) => `Mind: ${cost}`),
  ].join('\n')
}

/** A report in Markdown. It holds no secret: statuses, names of members, and the server's own words without secrets. */
export function reportOf(
  { provider, endpoints }: Settings,
  told: readonly Told[],
  open: readonly string[],
  end: { readonly requests: number; readonly polls: number; readonly left: string },
): string {
  return [
    `# Probe of ${plain(provider.name)}`,
    '',
    `${new Date().toISOString().slice(0, 10)}, oauth-machines ${version()}, \`${endpoints.token}\`. ${end.requests} requests and ${end.polls} polls were sent.`,
    ...told.flatMap(sectionOf),
    ...(open.length === 0 ? [] : ['', '## Not asked', '', ...open.map((line) => `- ${line}`)]),
    '',
    '## What is left',
    '',
    end.left,
  ].join('\n')
}

function sectionOf({ question, asked, seen, means }: Told): string[] {
  return [
    '',
    `## ${question}`,
    '',
    `- **Asked:** ${asked}`,
    ...seen.map((line) => `- **Seen:** ${line}`),
    `- **Means:** ${means}`,
  ]
}
