import type { Line, Scene } from './scene.ts'

const colours = [
  ['pending', 'fill:#e6f1ff,stroke:#3f72af,color:#1f2328'],
  ['needsUser', 'fill:#fff4d4,stroke:#9a6700,color:#1f2328'],
  ['connected', 'fill:#dafbe1,stroke:#1a7f37,color:#1f2328'],
] as const

/** Writes a scene as Mermaid text: the same arrows and notes, each frame as one arrow for each state in it. */
export function mermaidOf(scene: Scene): string {
  const { chart, notes } = scene
  return [
    'stateDiagram-v2',
    `  [*] --> ${chart.initial}`,
    ...scene.lines.flatMap((line) => arrows(line, scene)),
    ...colours.map(([tag, colour]) => `  classDef ${tag} ${colour}`),
    ...chart.states.flatMap(({ name, tags }) => {
      const tag = colours.findLast(([known]) => tags.includes(known))?.[0]
      return tag ? [`  class ${name} ${tag}`] : []
    }),
    `  note right of ${chart.initial}`,
    ...notes.map(({ about, text }) => `    ${about}: ${text.replaceAll(';', ',')}`),
    '  end note',
    '',
  ].join('\n')
}

function arrows({ from, to, cause, labels }: Line, { frames, chart }: Scene): string[] {
  const states = frames.find(({ id }) => id === from)?.states ?? [from]
  const known = states.filter((state) => chart.states.some(({ name }) => name === state))
  const before = cause === 'time' ? 'after ' : ''
  const said = labels.map(({ text, guard }) => `${before}${text}${guard ? ` [${guard}]` : ''}`).join('<br>')
  return known.map((state) => `  ${state} --> ${to} : ${said}`)
}
